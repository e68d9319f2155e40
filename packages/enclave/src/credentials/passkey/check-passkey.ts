/** What a passkey must be before a wallet lists it; what a browser checks at each use besides. */
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { bytesOf } from '@holdfast/base/schema'
import type { PasskeyCredential } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'

const isKey = (crypto: Crypto, { algorithm, publicKey }: PasskeyCredential): boolean => {
  const key = attempt(() => bytesOf(publicKey, 'base64url'))
  if (!key.ok) return false
  if (algorithm === 'ed25519') return key.value.length === 32
  if (algorithm === 'rs256') return crypto.rs256.isPublicKey(key.value)
  return key.value.length === 33 && crypto.p256.parsePublicKey(key.value) !== undefined
}

/** The host of an origin; undefined for that of an app, which is bound by its links. */
const hostOf = (origin: string): string | undefined => /^https?:\/\/([^:]+)/.exec(origin)?.[1]

/** Refuses `invalid_field`, naming the credential. */
export const checkPasskey = (crypto: Crypto, passkey: PasskeyCredential): Result<void> => {
  if (!isKey(crypto, passkey)) {
    return refuse('invalid_field', 'a passkey has no key of its algorithm', passkey.id)
  }
  const strange = passkey.origins.find((origin) => {
    const host = hostOf(origin)
    return host !== undefined && host !== passkey.rpId && !host.endsWith(`.${passkey.rpId}`)
  })
  return strange === undefined
    ? accept(undefined)
    : refuse('invalid_field', 'an origin is outside of the domain of its passkey', passkey.id)
}
