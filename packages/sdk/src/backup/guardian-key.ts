/** The key of a guardian (X25519), to which his shares of backups are sealed. */
import { fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import { primitives } from '../crypto/primitives.ts'
import { randomBytes } from '../entropy.ts'

export type GuardianKey = Disposable & {
  /** 32 bytes, base64url: what `wallet.backup` names. */
  readonly publicKey: string
  readonly secret: Secret
}

/** Takes over the 32 bytes. Refusal: `bad_key`. */
export const guardianKeyFrom = (privateKey: Uint8Array): GuardianKey => {
  if (privateKey.length !== 32) return fail('bad_key', 'the key of a guardian has 32 bytes')
  const secret = new BufferSecret(privateKey)
  return {
    publicKey: toBase64Url(primitives.x25519.publicKey(privateKey)),
    secret,
    [Symbol.dispose]: () => secret[Symbol.dispose](),
  }
}

export const generateGuardianKey = (): GuardianKey => guardianKeyFrom(randomBytes(32))

/** A public key as people pass it on. Refusal: `bad_key`. */
export const checkGuardianPublicKey = (text: string): string => {
  const bytes = attempt(() => fromBase64Url(text))
  return bytes.ok && bytes.value.length === 32
    ? text
    : fail('bad_key', 'not the public key of a guardian', text.slice(0, 80))
}
