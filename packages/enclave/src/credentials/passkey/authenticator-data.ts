/** The authenticator data of an assertion (WebAuthn Level 3 §6.1): strict, nothing behind it. */
import type { Bytes } from '@holdfast/base/bytes'
import { fromCbor } from '@holdfast/base/cbor'
import { fail } from '@holdfast/base/errors'

/** WebAuthn §6.1, bits of the flags; reserved ones may be set. */
const flag = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attestedCredential: 0x40,
  extensions: 0x80,
} as const

const fixedBytes = 37

export type AuthenticatorData = {
  /** SHA-256 of the RP id. */
  readonly rpIdHash: Bytes
  readonly userPresent: boolean
  readonly userVerified: boolean
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly counter: number
}

/** Fails with `malformed`. */
export const parseAuthenticatorData = (untrusted: Bytes): AuthenticatorData => {
  if (untrusted.length < fixedBytes) return fail('malformed', 'authenticator data end early')
  const flags = untrusted[32] as number
  const has = (bit: number): boolean => (flags & bit) !== 0
  if (has(flag.attestedCredential)) fail('malformed', 'an assertion brings no new key')
  const rest = untrusted.subarray(fixedBytes)
  if (has(flag.extensions)) {
    const outputs = fromCbor(rest)
    if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs)) {
      fail('malformed', 'the extensions of an authenticator are a map')
    }
  } else if (rest.length > 0) {
    fail('malformed', 'bytes stand behind the authenticator data')
  }
  return {
    rpIdHash: untrusted.subarray(0, 32),
    userPresent: has(flag.userPresent),
    userVerified: has(flag.userVerified),
    backupEligible: has(flag.backupEligible),
    backedUp: has(flag.backedUp),
    counter: new DataView(untrusted.buffer, untrusted.byteOffset + 33, 4).getUint32(0),
  }
}
