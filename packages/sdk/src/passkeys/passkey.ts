/** Passkeys as signers: a fingerprint, a face or a PIN, asked for by the browser. */
import { type Bytes, fromBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { CredentialId } from '@holdfast/base/ids'
import { encodePasskeyProof } from '@holdfast/base/passkey-proof'
import type { PasskeyCredential } from '@holdfast/base/wallet'
import { idOf } from '../credential-id.ts'
import { randomBytes } from '../entropy.ts'
import { attestedKey } from './attested-key.ts'
import { type Answered, type Authenticators, authenticatorsOf, ownPage } from './authenticators.ts'

/** What a wallet lists of a passkey besides its person and its name. Nothing in it is secret. */
export type PasskeyKey = Pick<
  PasskeyCredential,
  'algorithm' | 'publicKey' | 'handle' | 'rpId' | 'origins' | 'backupEligible'
>

export type Passkey = {
  readonly kind: 'passkey'
  readonly id: CredentialId
  readonly key: PasskeyKey
  /** Asks the person; the CBOR of the assertion (base/passkey-proof.ts). */
  sign(challenge: Bytes): Promise<Bytes>
}

export type RegisterPasskey = {
  /** The domain of the key. Default: that of the page. */
  readonly rpId?: string
  /** Pages on which it may be used. Default: this one. */
  readonly origins?: readonly string[]
  /** What the browser shows: whom the key is for, and by whom it is kept. */
  readonly userName: string
  readonly rpName?: string
  /** Names of keys that the person has already (`key.handle`): an authenticator makes no second. */
  readonly exclude?: readonly string[]
  readonly timeoutMs?: number
  readonly authenticators?: Authenticators
}

const timeoutMsDefault = 120_000
/** ES256, EdDSA, RS256 (IANA COSE Algorithms), the preferred first. */
const algorithms = [-7, -8, -257]

const buffer = (bytes: Bytes): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)

/** A browser says little about why: the person refused, or waited too long. */
const asked = async <Value>(question: Promise<Value>): Promise<Value> => {
  try {
    return await question
  } catch {
    return fail('unauthenticated', 'the authenticator gave no answer')
  }
}

const responseOf = (found: Answered | null): NonNullable<Answered['response']> =>
  found?.response ?? {}

/** The signer of a key that a wallet lists, or that was kept from a registration. */
export const passkeyFrom = (
  key: PasskeyKey,
  options: { readonly authenticators?: Authenticators; readonly timeoutMs?: number } = {},
): Passkey => ({
  kind: 'passkey',
  id: idOf({ kind: 'passkey', algorithm: key.algorithm, publicKey: key.publicKey }),
  key,
  sign: async (challenge) => {
    const found = await asked(
      authenticatorsOf(options.authenticators).get({
        publicKey: {
          challenge: buffer(challenge),
          rpId: key.rpId,
          allowCredentials: [{ type: 'public-key', id: buffer(fromBase64Url(key.handle)) }],
          userVerification: 'required',
          timeout: options.timeoutMs ?? timeoutMsDefault,
        },
      }),
    )
    const { authenticatorData, clientDataJSON, signature } = responseOf(found)
    if (
      authenticatorData === undefined ||
      clientDataJSON === undefined ||
      signature === undefined
    ) {
      return fail('unauthenticated', 'the authenticator gave no assertion')
    }
    return fromBase64Url(
      encodePasskeyProof({
        authenticatorData: new Uint8Array(authenticatorData),
        clientData: new Uint8Array(clientDataJSON),
        signature: new Uint8Array(signature),
      }),
    )
  },
})

/**
 * Makes a key in an authenticator that the person chooses. No wallet knows it yet: list it in
 * `createWallet` or `addCredentials`, where it proves itself over the bytes that name it.
 *
 *     const passkey = await registerPasskey({ userName: 'alice' })
 *     const client = await connect({ nodes, mesh, credentials: [passkey] })
 */
export const registerPasskey = async (options: RegisterPasskey): Promise<Passkey> => {
  const rpId = options.rpId ?? ownPage().hostname
  const origins = options.origins ?? [ownPage().origin]
  const made = await asked(
    authenticatorsOf(options.authenticators).create({
      publicKey: {
        challenge: buffer(randomBytes(32)),
        rp: { id: rpId, name: options.rpName ?? 'Holdfast' },
        user: {
          id: buffer(randomBytes(32)),
          name: options.userName,
          displayName: options.userName,
        },
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
        excludeCredentials: (options.exclude ?? []).map((handle) => ({
          type: 'public-key' as const,
          id: buffer(fromBase64Url(handle)),
        })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        attestation: 'none',
        timeout: options.timeoutMs ?? timeoutMsDefault,
      },
    }),
  )
  const data = responseOf(made).getAuthenticatorData?.()
  if (data === undefined) return fail('unauthenticated', 'the authenticator made no key')
  const key = attestedKey(new Uint8Array(data))
  return passkeyFrom(
    { ...key, rpId, origins: [...origins] },
    {
      ...(options.authenticators === undefined ? {} : { authenticators: options.authenticators }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    },
  )
}
