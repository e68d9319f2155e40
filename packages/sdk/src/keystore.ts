/**
 * Ethereum keystore files, version 3 (Web3 Secret Storage Definition), opened in the client: the
 * password never leaves it, and the node gets the raw key, sealed.
 */
import { type Bytes, concat, equalBytes, fromHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import { ctr } from '@noble/ciphers/aes.js'
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { pbkdf2RoundsMax, scryptWorkMax } from './limits.ts'

const hexText = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/)
const count = z.int().min(1)

const cryptoSection = z.object({
  cipher: z.literal('aes-128-ctr'),
  ciphertext: hexText,
  cipherparams: z.object({ iv: hexText.length(32) }),
  mac: hexText.length(64),
  kdf: z.enum(['scrypt', 'pbkdf2']),
  kdfparams: z.union([
    z.object({ n: count, r: count, p: count, dklen: z.literal(32), salt: hexText }),
    z.object({ c: count, prf: z.literal('hmac-sha256'), dklen: z.literal(32), salt: hexText }),
  ]),
})

/** Other programs add fields of their own (`address`, `id`, `x-ethers`), hence not strict. */
const keystore = z.object({ version: z.literal(3), crypto: cryptoSection })
/** Geth once wrote the section with a capital letter. */
const capitalised = z.object({ version: z.literal(3), Crypto: cryptoSection })

type Section = z.infer<typeof cryptoSection>

const derive = async (section: Section, password: Bytes): Promise<Bytes> => {
  const { kdfparams } = section
  const salt = fromHex(kdfparams.salt.toLowerCase())
  if (section.kdf === 'scrypt' && 'n' in kdfparams) {
    const { n, r, p } = kdfparams
    const powerOfTwo = n > 1 && Math.log2(n) % 1 === 0
    if (!powerOfTwo) fail('invalid_field', 'scrypt needs a power of two', 'kdfparams.n')
    if (n * r * p > scryptWorkMax) fail('unsupported', 'the file asks for too much work', 'n')
    return scryptAsync(password, salt, { N: n, r, p, dkLen: 32 })
  }
  if (section.kdf === 'pbkdf2' && 'c' in kdfparams) {
    const { c } = kdfparams
    if (c > pbkdf2RoundsMax) fail('unsupported', 'the file asks for too much work', 'c')
    return pbkdf2Async(sha256, password, salt, { c, dkLen: 32 })
  }
  return fail('invalid_field', 'the parameters are those of another function', 'kdfparams')
}

/**
 * The private key of a keystore file, 32 bytes. Refusals: `malformed`, `invalid_field`,
 * `unsupported` (the file asks for too much work), `wrong_passphrase`, `bad_key` (not 32 bytes).
 *
 * `using key = await openKeystore(fileBytes, password)`
 */
export const openKeystore = async (untrusted: Bytes, password: string): Promise<Secret> => {
  const file = parseJson(z.union([keystore, capitalised]), untrusted)
  const section = 'crypto' in file ? file.crypto : file.Crypto
  const key = await derive(section, utf8(password.normalize('NFKC')))
  try {
    const ciphertext = fromHex(section.ciphertext.toLowerCase())
    const mac = keccak_256(concat(key.subarray(16), ciphertext))
    if (!equalBytes(mac, fromHex(section.mac.toLowerCase()))) {
      fail('wrong_passphrase', 'the passphrase does not open this keystore')
    }
    if (ciphertext.length !== 32) fail('bad_key', 'the keystore holds no key of 32 bytes')
    const iv = fromHex(section.cipherparams.iv.toLowerCase())
    // Outside of V8's own heap, where the collector would move the key and leave a copy behind.
    const secret = new Uint8Array(new ArrayBuffer(ciphertext.length))
    return new BufferSecret(ctr(key.subarray(0, 16), iv).decrypt(ciphertext, secret))
  } finally {
    key.fill(0)
  }
}
