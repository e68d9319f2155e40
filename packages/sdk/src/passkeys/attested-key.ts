/** The key in the authenticator data of a registration (WebAuthn Level 3 §6.5.1). */
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import { type PasskeyPublicKey, parseCoseKey } from '@holdfast/base/cose-key'
import { fail } from '@holdfast/base/errors'

/** Flags of §6.1. */
const flag = { userVerified: 0x04, backupEligible: 0x08, attestedCredential: 0x40 } as const
const handleAt = 55

export type AttestedKey = PasskeyPublicKey & {
  readonly handle: string
  readonly backupEligible: boolean
}

/**
 * No attestation is looked at: a wallet trusts a key because its owners sign for it, and the key
 * proves itself over the bytes that list it. Fails with `malformed`, `unsupported`, and
 * `passkey_not_verified` where the authenticator does not verify its person.
 */
export const attestedKey = (untrusted: Bytes): AttestedKey => {
  const flags = untrusted[32] ?? 0
  if (untrusted.length < handleAt || (flags & flag.attestedCredential) === 0) {
    return fail('malformed', 'the registration brings no key')
  }
  if ((flags & flag.userVerified) === 0) {
    return fail('passkey_not_verified', 'the authenticator did not verify its person')
  }
  const length = new DataView(untrusted.buffer, untrusted.byteOffset + 53, 2).getUint16(0)
  const handle = untrusted.subarray(handleAt, handleAt + length)
  if (length === 0 || handle.length !== length) fail('malformed', 'the key has no name')
  const { key } = parseCoseKey(untrusted.subarray(handleAt + length))
  const backupEligible = (flags & flag.backupEligible) !== 0
  return { ...key, handle: toBase64Url(handle), backupEligible }
}
