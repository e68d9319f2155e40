/** Authorisations over a request become proofs of persons; one wrong proof refuses the request. */
import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, fromBase64Url } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, PersonId } from '@holdfast/base/ids'
import type { CredentialKind } from '@holdfast/base/policy'
import { parseTimestamp } from '@holdfast/base/time'
import type { ApiKeyCredential, Credential, PasskeyCredential } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'
import type { PasskeyCounters } from './passkey/counters.ts'
import { verifyPasskey } from './passkey/verify-passkey.ts'
import { verifyPassword } from './password/verify-password.ts'

/** A person proved himself: over these very bytes, or once for the session. */
export type Proof = {
  readonly person: PersonId
  readonly credential: CredentialId
  readonly kind: CredentialKind
  readonly over: 'request' | 'session'
}

export type ProofInput = {
  readonly crypto: Crypto
  readonly credentials: ReadonlyMap<CredentialId, Credential>
  readonly purpose: Purpose
  readonly request: Bytes
  readonly authorisations: readonly Authorisation[]
  readonly passkeys: Pick<PasskeyCounters, 'note'>
  readonly nowMs: number
}

const publicKeyBytes = { ed25519: 32, p256: 33 } as const
const signatureBytes = 64

/** Whether an API key's signature over the challenge verifies. */
export const verifyApiKey = (
  crypto: Crypto,
  credential: Pick<ApiKeyCredential, 'algorithm' | 'publicKey'>,
  challenge: Bytes,
  untrustedSignature: string,
): boolean => {
  const signature = decode(untrustedSignature)
  const publicKey = decode(credential.publicKey)
  if (signature.length !== signatureBytes) return false
  if (publicKey.length !== publicKeyBytes[credential.algorithm]) return false
  return crypto[credential.algorithm].verify({ message: challenge, signature, publicKey })
}

/** Nothing where it is not base64url, which is the length of no key and no signature. */
const decode = (text: string): Bytes => {
  try {
    return fromBase64Url(text)
  } catch {
    return new Uint8Array()
  }
}

export const isExpired = (credential: Credential, nowMs: number): boolean =>
  credential.expiresAt !== undefined && parseTimestamp(credential.expiresAt) <= nowMs

const verifyByKey = (
  { crypto }: ProofInput,
  credential: ApiKeyCredential,
  challenge: Bytes,
  untrustedSignature: string,
): Result<void> =>
  verifyApiKey(crypto, credential, challenge, untrustedSignature)
    ? accept(undefined)
    : refuse('bad_proof', 'the signature of the authorisation does not verify', credential.id)

const verifyByPasskey = (
  { crypto, passkeys }: ProofInput,
  credential: PasskeyCredential,
  challenge: Bytes,
  untrustedProof: string,
): Result<void> => {
  const use = verifyPasskey(crypto, credential, challenge, untrustedProof)
  if (!use.ok) return refuse(use.refusal.code, use.refusal.detail, credential.id)
  return passkeys.note(credential.id, use.value, untrustedProof)
}

const verifyOne = (
  input: ProofInput,
  credential: Credential,
  challenge: Bytes,
  untrusted: string,
): Result<void> => {
  if (credential.kind === 'api-key') return verifyByKey(input, credential, challenge, untrusted)
  if (credential.kind === 'passkey') return verifyByPasskey(input, credential, challenge, untrusted)
  if (credential.kind === 'password') {
    // A key that enrols itself was never logged in with.
    const endsAfterMs = input.purpose === 'enrol' ? undefined : input.nowMs
    return verifyPassword(input.crypto, credential, challenge, untrusted, endsAfterMs)
  }
  return refuse('bad_proof', 'a credential of this kind signs no requests', credential.id)
}

/**
 * Refusals: `unauthenticated` (no such credential, or expired), `bad_proof`, those of
 * `verifyPasskey`, `passkey_counter_fell`.
 */
export const verifyProofs = (input: ProofInput): Result<readonly Proof[]> => {
  const { crypto, request, purpose } = input
  if (input.authorisations.length === 0) return accept([])
  const challenge = crypto.sha256(challengeInput(purpose, request))
  const proofs: Proof[] = []
  for (const authorisation of input.authorisations) {
    const credential = input.credentials.get(authorisation.credential)
    if (credential === undefined) {
      return refuse(
        'unauthenticated',
        'the wallet does not know this credential',
        authorisation.credential,
      )
    }
    if (isExpired(credential, input.nowMs)) {
      return refuse('unauthenticated', 'the credential has expired', credential.id)
    }
    if (authorisation.purpose !== purpose) {
      return refuse('bad_proof', `the proof must be for the purpose ${purpose}`, credential.id)
    }
    const verified = verifyOne(input, credential, challenge, authorisation.signature)
    if (!verified.ok) return verified
    proofs.push({
      person: credential.person,
      credential: credential.id,
      kind: credential.kind,
      over: 'request',
    })
  }
  return accept(proofs)
}
