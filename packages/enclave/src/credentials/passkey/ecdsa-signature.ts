/** ECDSA signatures as authenticators write them: DER (WebAuthn §6.5.5), one form for each. */
import { type Bytes, concat, uintToBytes } from '@holdfast/base/bytes'
import { derTag, readInteger, readOnly, readSequence } from '@holdfast/base/der'
import { fail } from '@holdfast/base/errors'

const numberBytes = 32

const fixed = (value: bigint): Bytes =>
  value < 1n << BigInt(8 * numberBytes)
    ? uintToBytes(value, numberBytes)
    : fail('malformed', 'a number of an ECDSA signature is too large')

/** r ‖ s, 64 bytes. Fails with `malformed`. */
export const parseEcdsaSignature = (untrusted: Bytes): Bytes => {
  const [r, s, ...more] = readSequence(readOnly(untrusted, derTag.sequence))
  if (more.length > 0) fail('malformed', 'an ECDSA signature is two numbers')
  return concat(fixed(readInteger(r)), fixed(readInteger(s)))
}
