/**
 * What is sealed for an import: CBOR `{ secret, passphrase? }`, written into one buffer that the
 * caller erases. A general encoder gathers its output in buffers of its own, and those keep a copy.
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

/** RFC 8949 §3: major type 2 or 3 in the high bits, then the length in its shortest form. */
const head = (major: 2 | 3, length: number): Bytes => {
  const type = major << 5
  if (length < 24) return Uint8Array.of(type | length)
  if (length < 0x100) return Uint8Array.of(type | 24, length)
  if (length < 0x1_0000) return Uint8Array.of(type | 25, length >> 8, length & 0xff)
  return fail('too_large', 'a secret is too long')
}

const key = (name: string): Bytes => concat(head(3, name.length), utf8(name))

/**
 * Refusal: `too_large` from 64 KiB. The buffer lies outside of V8's own heap, where the collector
 * would move short arrays and leave a copy behind.
 */
export const importPlaintext = (secret: Bytes, passphrase?: Bytes): Bytes => {
  const parts = [
    Uint8Array.of(passphrase === undefined ? 0xa1 : 0xa2),
    key('secret'),
    head(2, secret.length),
    secret,
    ...(passphrase === undefined
      ? []
      : [key('passphrase'), head(2, passphrase.length), passphrase]),
  ]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const plaintext = new Uint8Array(new ArrayBuffer(length))
  let offset = 0
  for (const part of parts) {
    plaintext.set(part, offset)
    offset += part.length
  }
  return plaintext
}
