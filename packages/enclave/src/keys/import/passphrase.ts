/** The passphrase of a seed phrase, in the form that BIP-39 hashes. */
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { passphraseBytesMax } from '../limits.ts'

const isAscii = (bytes: Bytes): boolean => {
  let any = 0
  for (const byte of bytes) any |= byte
  return any < 0x80
}

/**
 * NFKD exists for strings only: a passphrase beyond ASCII leaves one copy in the heap of
 * JavaScript until it is collected. ASCII is its own NFKD and never becomes a string.
 */
const normalise = (untrusted: Bytes): Bytes => utf8(fromUtf8(untrusted).normalize('NFKD'))

/** A copy in locked memory, normalised; undefined for an absent or empty one (BIP-39). */
export const normalisePassphrase = (
  passphrase: Secret | undefined,
  crypto: Crypto,
): Result<Secret | undefined> => {
  if (passphrase === undefined || passphrase.length === 0) return accept(undefined)
  if (passphrase.length > passphraseBytesMax) return refuse('too_large', 'a passphrase is too long')
  return passphrase.use((bytes) => {
    if (isAscii(bytes)) {
      const copy = crypto.secret(bytes.length)
      copy.use((view) => view.set(bytes))
      return accept(copy)
    }
    let normal: Bytes
    try {
      normal = normalise(bytes)
    } catch {
      return refuse('invalid_field', 'a passphrase is not UTF-8', 'passphrase')
    }
    if (normal.length > passphraseBytesMax) {
      normal.fill(0)
      return refuse('too_large', 'a passphrase is too long')
    }
    return accept(crypto.secretFrom(normal))
  })
}
