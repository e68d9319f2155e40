/** Symmetric encryption as KMIP's parameters say it (KMIP 2.1 §4.16, §6.1.17). */
import { type Bytes, concat, fromHex } from '@holdfast/base/bytes'
import type { AttributeValue, EnumerationValue } from '@holdfast/kmip'
import type { CipherInput, CipherStream } from '../../ports/general-crypto.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'

export type Parameters = AttributeValue<'CryptographicParameters'>

type Mode = {
  readonly suffix: string
  /** Bytes of the IV; 0 where there is none. */
  readonly iv: number
  readonly pads: boolean
  readonly authenticated?: true
  /** An IV that the mode fixes. */
  readonly fixed?: Bytes
}

const modes: Readonly<Record<string, Mode>> = {
  ECB: { suffix: 'ecb', iv: 0, pads: true },
  CBC: { suffix: 'cbc', iv: 16, pads: true },
  CFB: { suffix: 'cfb', iv: 16, pads: false },
  OFB: { suffix: 'ofb', iv: 16, pads: false },
  CTR: { suffix: 'ctr', iv: 16, pads: false },
  XTS: { suffix: 'xts', iv: 16, pads: false },
  GCM: { suffix: 'gcm', iv: 12, pads: false, authenticated: true },
  CCM: { suffix: 'ccm', iv: 12, pads: false, authenticated: true },
  // RFC 3394 §2.2.3.1 and RFC 5649 §3.
  NISTKeyWrap: { suffix: 'wrap', iv: 8, pads: false, fixed: fromHex('a6a6a6a6a6a6a6a6') },
  AESKeyWrapPadding: { suffix: 'wrap-pad', iv: 4, pads: false, fixed: fromHex('a65959a6') },
}

const chacha: Readonly<Record<string, Mode>> = {
  ChaCha20: { suffix: '', iv: 12, pads: false },
  ChaCha20Poly1305: { suffix: '', iv: 12, pads: false, authenticated: true },
}

const families: Readonly<Record<string, { readonly name: string; readonly block: number }>> = {
  AES: { name: 'aes', block: 16 },
  DES3: { name: 'des-ede3', block: 8 },
  Camellia: { name: 'camellia', block: 16 },
  ARIA: { name: 'aria', block: 16 },
  SM4: { name: 'sm4', block: 16 },
}

const unsupported = (): never =>
  failWith('UnsupportedCryptographicParameters', 'the cipher is not supported')

type Algorithm = EnumerationValue<'CryptographicAlgorithm'>

export type SymmetricInput = {
  readonly key: Bytes
  readonly algorithm: Algorithm
  readonly parameters: Parameters
  readonly data: Bytes
  readonly iv: Bytes | undefined
  readonly associatedData: Bytes | undefined
  readonly tag?: Bytes | undefined
}

type Cipher = { readonly name: string; readonly mode: Mode; readonly block: number }

const cipherOf = ({ algorithm, parameters, key }: SymmetricInput): Cipher => {
  if (algorithm === 'ChaCha20' || algorithm === 'ChaCha20Poly1305') {
    const mode = chacha[algorithm] ?? unsupported()
    const name = algorithm === 'ChaCha20' ? 'chacha20' : 'chacha20-poly1305'
    return { name, mode, block: 1 }
  }
  const family = families[algorithm] ?? unsupported()
  const mode = modes[parameters.blockCipherMode ?? 'CBC'] ?? unsupported()
  const name = mode.suffix.startsWith('wrap')
    ? `id-${family.name}${key.length * 8}-${mode.suffix}`
    : `${family.name}-${mode.suffix}`
  return { name, mode, block: family.block }
}

/** DES3 keys of two parts repeat the first (NIST SP 800-67). */
const keyOf = ({ algorithm, key }: SymmetricInput): Bytes =>
  algorithm === 'DES3' && key.length === 16 ? concat(key, key.subarray(0, 8)) : key

const ivLength = ({ mode, block }: Cipher): number =>
  mode.iv === 16 && block < 16 ? block : mode.iv

/** ChaCha20 of OpenSSL takes its counter before the nonce (RFC 8439 §2.4). */
const ivOf = ({ name }: Cipher, iv: Bytes | undefined): Bytes | undefined =>
  name === 'chacha20' && iv !== undefined && iv.length < 16
    ? concat(new Uint8Array(16 - iv.length), iv)
    : iv

const tagLengthOf = ({ mode }: Cipher, { tagLength = 16 }: Parameters): number | undefined => {
  if (mode.authenticated !== true) return undefined
  return tagLength >= 4 && tagLength <= 16
    ? tagLength
    : failWith('GeneralFailure', 'the tag has a wrong length')
}

type Padding = EnumerationValue<'PaddingMethod'>

const checkPadding = (cipher: Cipher, method: Padding | undefined, length: number): boolean => {
  if (!cipher.mode.pads) return false
  if (method === 'PKCS5') return true
  if (method !== undefined && method !== 'None') unsupported()
  if (length % cipher.block !== 0) failWith('InvalidField', 'the data is not of whole blocks')
  return false
}

const inputOf = (cipher: Cipher, input: SymmetricInput, iv: Bytes | undefined): CipherInput => ({
  cipher: cipher.name,
  key: keyOf(input),
  iv: ivOf(cipher, iv),
  data: input.data,
  padding: checkPadding(cipher, input.parameters.paddingMethod, input.data.length),
  tagLength: tagLengthOf(cipher, input.parameters),
  tag: input.tag,
  associatedData: cipher.mode.authenticated === true ? input.associatedData : undefined,
})

export type Encrypted = {
  readonly data: Bytes
  readonly tag: Bytes | undefined
  /** Where the server chose it. */
  readonly iv: Bytes | undefined
}

type Prepared = { readonly input: CipherInput; readonly chosen: Bytes | undefined }

const prepare = (scope: Scope, input: SymmetricInput, isStream: boolean): Prepared => {
  const cipher = cipherOf(input)
  const needed = ivLength(cipher)
  const { fixed } = cipher.mode
  const random = input.parameters.randomIv === true || input.iv === undefined
  const chosen =
    fixed === undefined && needed > 0 && random
      ? scope.entropy.bytes(input.parameters.ivLength ?? needed)
      : undefined
  const iv = fixed ?? chosen ?? (needed === 0 ? undefined : input.iv)
  if (isStream && fixed !== undefined) unsupported()
  return { input: inputOf(cipher, input, iv), chosen }
}

export const encryptWith = (scope: Scope, input: SymmetricInput): Encrypted => {
  const prepared = prepare(scope, input, false)
  return { ...scope.crypto.encrypt(prepared.input), iv: prepared.chosen }
}

/** Begins to encrypt data that comes in parts. */
export const startEncryption = (
  scope: Scope,
  input: SymmetricInput,
): { readonly stream: CipherStream; readonly iv: Bytes | undefined } => {
  const prepared = prepare(scope, { ...input, data: new Uint8Array(0) }, true)
  return { stream: scope.crypto.startEncrypt(prepared.input), iv: prepared.chosen }
}

export const decryptWith = (scope: Scope, input: SymmetricInput): Bytes => {
  const cipher = cipherOf(input)
  const needed = ivLength(cipher)
  const { fixed } = cipher.mode
  if (fixed === undefined && needed > 0 && input.iv === undefined) {
    failWith('InvalidMessage', 'the IV is missing')
  }
  const iv = fixed ?? (needed === 0 ? undefined : input.iv)
  const joined = cipher.mode.authenticated === true && input.tag === undefined
  if (!joined) return scope.crypto.decrypt(inputOf(cipher, input, iv))
  // Before 1.4 the tag stands behind the data (KMIP 1.2 §4.30).
  const at = input.data.length - (input.parameters.tagLength ?? 16)
  if (at < 0) return failWith('CryptographicFailure', 'the data is shorter than its tag')
  const split = { ...input, data: input.data.subarray(0, at), tag: input.data.subarray(at) }
  return scope.crypto.decrypt(inputOf(cipher, split, iv))
}
