/** DER of an ECDSA signature as Bitcoin takes it (BIP-66). */
import { type Bytes, concat } from '@holdfast/base/bytes'

const integer = (bytes: Bytes): Bytes => {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const digits = bytes.subarray(start)
  const padded = (digits[0] as number) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits
  return concat(Uint8Array.of(0x02, padded.length), padded)
}

/** `signature` is r ‖ s. */
export const derSignature = (signature: Bytes): Bytes => {
  const body = concat(integer(signature.subarray(0, 32)), integer(signature.subarray(32)))
  return concat(Uint8Array.of(0x30, body.length), body)
}
