/** Block, stream and authenticated ciphers by the runtime's OpenSSL. */
import {
  type CipherGCM,
  type CipherGCMOptions,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  type DecipherGCM,
  getCipherInfo,
} from 'node:crypto'
import { type Bytes, concat } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { CipherInput, CipherStream } from '../../ports/general-crypto.ts'

const authenticated = ['gcm', 'ccm', 'ocb', 'poly1305']

const isAuthenticated = (name: string): boolean => authenticated.some((mode) => name.endsWith(mode))

/** The name with the length of the key, where OpenSSL's name has one: `aes-128-cbc`. */
const nameOf = ({ cipher, key }: CipherInput): string => {
  const [family, ...rest] = cipher.split('-')
  const bits = key.length * 8 * (cipher.endsWith('xts') ? 0.5 : 1)
  const sized = [family, String(bits), ...rest].join('-')
  const name = getCipherInfo(sized) === undefined ? cipher : sized
  return getCipherInfo(name) === undefined ? fail('unsupported', 'no such cipher') : name
}

const check = (name: string, { key, iv, tagLength }: CipherInput): void => {
  const info = getCipherInfo(name, {
    keyLength: key.length,
    ...(iv === undefined ? {} : { ivLength: iv.length }),
  })
  if (info === undefined) fail('invalid_field', 'the key or the IV has a wrong length')
  if (iv === undefined && info?.ivLength !== undefined)
    fail('missing_field', 'the cipher needs an IV')
  if (tagLength !== undefined && (tagLength < 4 || tagLength > 16)) {
    fail('invalid_field', 'the tag has a wrong length')
  }
}

const failed = (): never => fail('bad_seal', 'the cipher refused the data')

const guarded = <Value>(action: () => Value): Value => {
  try {
    return action()
  } catch {
    return failed()
  }
}

// The types of the runtime tell modes apart by the literal name, which is known only at run time:
// the options of a mode that has no tag are empty, and its tag and data are never touched.
const optionsOf = (name: string, { tagLength, tag }: CipherInput): CipherGCMOptions =>
  isAuthenticated(name) ? { authTagLength: tagLength ?? tag?.length ?? 16 } : {}

const cipherFor = (name: string, input: CipherInput): CipherGCM =>
  createCipheriv(
    name as CipherGCMTypes,
    input.key,
    input.iv ?? (null as never),
    optionsOf(name, input),
  )

const decipherFor = (name: string, input: CipherInput): DecipherGCM =>
  createDecipheriv(
    name as CipherGCMTypes,
    input.key,
    input.iv ?? (null as never),
    optionsOf(name, input),
  )

const padded = (name: string, input: CipherInput): boolean =>
  input.padding && /-(cbc|ecb)$/.test(name)

export const encrypt = (
  input: CipherInput,
): { readonly data: Bytes; readonly tag: Bytes | undefined } => {
  const name = nameOf(input)
  check(name, input)
  return guarded(() => {
    const cipher = cipherFor(name, input)
    cipher.setAutoPadding(padded(name, input))
    const { associatedData, data: plain } = input
    if (associatedData !== undefined) {
      cipher.setAAD(associatedData, { plaintextLength: plain.length })
    }
    const data = concat(cipher.update(plain), cipher.final())
    return { data, tag: isAuthenticated(name) ? new Uint8Array(cipher.getAuthTag()) : undefined }
  })
}

/** Encrypts what comes in parts. */
export const startEncrypt = (input: Omit<CipherInput, 'data'>): CipherStream => {
  const whole = { ...input, data: new Uint8Array(0) }
  const name = nameOf(whole)
  check(name, whole)
  if (name.endsWith('ccm')) fail('unsupported', 'CCM needs the length of all data before')
  const cipher = guarded(() => cipherFor(name, whole))
  cipher.setAutoPadding(padded(name, whole))
  if (input.associatedData !== undefined) cipher.setAAD(input.associatedData)
  return {
    update: (data) => guarded(() => new Uint8Array(cipher.update(data))),
    final: () =>
      guarded(() => {
        const data = new Uint8Array(cipher.final())
        const tag = isAuthenticated(name) ? new Uint8Array(cipher.getAuthTag()) : undefined
        return { data, tag }
      }),
  }
}

export const decrypt = (input: CipherInput): Bytes => {
  const name = nameOf(input)
  check(name, input)
  if (isAuthenticated(name) && input.tag === undefined) failed()
  return guarded(() => {
    const decipher = decipherFor(name, input)
    decipher.setAutoPadding(padded(name, input))
    const { associatedData, data, tag } = input
    if (tag !== undefined && isAuthenticated(name)) decipher.setAuthTag(tag)
    if (associatedData !== undefined) {
      decipher.setAAD(associatedData, { plaintextLength: data.length })
    }
    return concat(decipher.update(data), decipher.final())
  })
}
