/** Credentials that sign requests; API keys are those of programs, and of people at a terminal. */
import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { CredentialId, PersonId } from '@holdfast/base/ids'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import type { apiKeyAlgorithms, CertificateCredential, Credential } from '@holdfast/base/wallet'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { idOf } from './credential-id.ts'
import { signatures } from './crypto/signatures.ts'
import type { Passkey } from './passkeys/passkey.ts'
import type { Password } from './passwords/password.ts'

export type ApiKeyAlgorithm = (typeof apiKeyAlgorithms)[number]

/** An API key; a hardware key implements the same fields. */
export type KeySigner = {
  readonly kind?: 'api-key'
  readonly id: CredentialId
  readonly algorithm: ApiKeyAlgorithm
  /** Ed25519: 32 bytes; P-256: 33 bytes, compressed. */
  readonly publicKey: Bytes
  /** Signs the 32-byte challenge as the message (P-256: over its SHA-256); 64 bytes. */
  sign(challenge: Bytes): Bytes | Promise<Bytes>
}

/** Something that can authorise. */
export type Signer = KeySigner | Passkey | Password

/** A signer whose private key this process holds; disposing it erases the key. */
export type ApiKey = KeySigner &
  Disposable & {
    /** Lends the private key, 32 bytes, for writing it to a file. */
    readonly privateKey: Secret
  }

const generators: Readonly<Record<ApiKeyAlgorithm, () => Bytes>> = {
  ed25519: () => ed25519.utils.randomSecretKey(),
  p256: () => p256.utils.randomSecretKey(),
}

/** The id of an API key (base/credential-id.ts). */
export const credentialIdOf = (algorithm: ApiKeyAlgorithm, publicKey: Bytes): CredentialId =>
  idOf({ kind: 'api-key', algorithm, publicKey: toBase64Url(publicKey) })

/** How a wallet names a KMIP client: by the key (SubjectPublicKeyInfo) of its certificate. */
export const certificateCredentialOf = (
  publicKey: Bytes,
  person: PersonId,
  options: { readonly name?: string; readonly expiresAt?: string } = {},
): CertificateCredential => {
  const named = { kind: 'tls-certificate', keyHash: toHex(sha256(publicKey)) } as const
  return { ...named, id: idOf(named), person, ...options }
}

/**
 * An API key of a private key that the caller gives up (32 bytes). Throws where the bytes are not
 * one of the curve's private keys.
 */
export const apiKeyFrom = (algorithm: ApiKeyAlgorithm, privateKey: Bytes): ApiKey => {
  const curve = signatures[algorithm]
  const publicKey = curve.publicKey(privateKey)
  const secret = new BufferSecret(privateKey)
  return {
    id: credentialIdOf(algorithm, publicKey),
    algorithm,
    publicKey,
    privateKey: secret,
    sign: (challenge) =>
      secret.use((bytes) => curve.sign({ message: challenge, privateKey: bytes })),
    [Symbol.dispose]: () => secret[Symbol.dispose](),
  }
}

/** A fresh API key: `generateApiKey()` or `generateApiKey('p256')`. */
export const generateApiKey = (algorithm: ApiKeyAlgorithm = 'ed25519'): ApiKey =>
  apiKeyFrom(algorithm, generators[algorithm]())

/** The challenge of some request bytes for a purpose: SHA-256 of `challengeInput`. */
export const challengeOf = (purpose: Purpose, request: Bytes): Bytes =>
  sha256(challengeInput(purpose, request))

/** A credential's proof over the exact bytes of a request, for one purpose. */
export const authorise = async (
  signer: Signer,
  purpose: Purpose,
  request: Bytes,
): Promise<Authorisation> => ({
  credential: signer.id,
  purpose,
  signature: toBase64Url(await signer.sign(challengeOf(purpose, request))),
})

/** The proofs of several, asked one after another: a person can answer one question at a time. */
export const authoriseAll = async (
  signers: readonly Signer[],
  purpose: Purpose,
  request: Bytes,
): Promise<readonly Authorisation[]> => {
  const proofs: Authorisation[] = []
  for (const signer of signers) proofs.push(await authorise(signer, purpose, request))
  return proofs
}

/** Whether a proof over some request bytes is that of a public key. */
export const isProofBy = (
  signer: Pick<KeySigner, 'algorithm' | 'publicKey'>,
  proof: { readonly purpose: Purpose; readonly request: Bytes; readonly signature: Bytes },
): boolean => {
  const message = challengeOf(proof.purpose, proof.request)
  const { algorithm, publicKey } = signer
  return signatures[algorithm].verify({ message, signature: proof.signature, publicKey })
}

/** How a wallet lists a signer besides its key. */
export type Listing = Pick<Credential, 'name' | 'expiresAt' | 'scope'>

/** How a wallet names a signer: as the credential of a person. */
export const credentialOf = (
  signer: Signer,
  person: PersonId,
  listing: Listing = {},
): Credential => {
  const { id } = signer
  if (signer.kind === 'passkey') {
    const { origins, ...key } = signer.key
    return { id, person, kind: 'passkey', ...key, origins: [...origins], ...listing }
  }
  if (signer.kind === 'password') {
    return fail('unsupported', 'a password is added to a wallet that exists: addPassword')
  }
  const { algorithm } = signer
  const publicKey = toBase64Url(signer.publicKey)
  return { id, person, kind: 'api-key', algorithm, publicKey, ...listing }
}
