/** The person's request key, hidden under what only the right password gives (RFC 9807 §6). */
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { envelopeContext } from '@holdfast/base/password-proof'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { randomBytes } from '../entropy.ts'

const nonceBytes = 24

const cipher = (exportKey: string, publicKey: Bytes, nonce: Bytes) => {
  const label = utf8('holdfast password envelope v1')
  const key = hkdf(sha256, fromBase64Url(exportKey), label, undefined, 32)
  return xchacha20poly1305(key, nonce, envelopeContext(publicKey))
}

/** Nonce ‖ ciphertext, in base64url. */
export const hideRequestKey = (exportKey: string, publicKey: Bytes, privateKey: Bytes): string => {
  const nonce = randomBytes(nonceBytes)
  return toBase64Url(concat(nonce, cipher(exportKey, publicKey, nonce).encrypt(privateKey)))
}

/** Fails with `bad_seal`. */
export const openRequestKey = (exportKey: string, publicKey: Bytes, envelope: string): Bytes => {
  try {
    const bytes = fromBase64Url(envelope)
    const nonce = bytes.subarray(0, nonceBytes)
    return cipher(exportKey, publicKey, nonce).decrypt(bytes.subarray(nonceBytes))
  } catch {
    return fail('bad_seal', 'the request key of the password cannot be opened')
  }
}
