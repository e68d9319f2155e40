/** Digests of other lengths than the curve's, as ECDSA reads them. */
import type { Bytes } from '@holdfast/base/bytes'

/**
 * The 32 bytes that a 256-bit curve makes of any digest: its leftmost 256 bits, or the same
 * integer where it is shorter (FIPS 186-5 §6.4.1; RFC 6979 §2.3.2). KMIP clients send digests of
 * 16 to 64 bytes; the signing functions of the port take 32 exactly.
 */
export const ecdsaDigest = (digest: Bytes): Bytes => {
  if (digest.length >= 32) return digest.slice(0, 32)
  const padded = new Uint8Array(32)
  padded.set(digest, 32 - digest.length)
  return padded
}
