/**
 * A passkey's proof (WebAuthn Level 3 §7.2), verified by the enclave itself: synchronous, without
 * a network, each refusal with a code of its own (decision 0007).
 */
import { type Bytes, concat, equalBytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { type PasskeyProof, parsePasskeyProof } from '@holdfast/base/passkey-proof'
import { bytesOf } from '@holdfast/base/schema'
import type { PasskeyCredential } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import { type AuthenticatorData, parseAuthenticatorData } from './authenticator-data.ts'
import { type ClientData, parseClientData } from './client-data.ts'
import { parseEcdsaSignature } from './ecdsa-signature.ts'

/** What the authenticator said of the key besides its signature. */
export type PasskeyUse = { readonly counter: number; readonly backedUp: boolean }

type Key = Pick<
  PasskeyCredential,
  'algorithm' | 'publicKey' | 'rpId' | 'origins' | 'backupEligible'
>

type Parsed = {
  readonly proof: PasskeyProof
  readonly client: ClientData
  readonly authenticator: AuthenticatorData
}

const parse = (untrusted: string): Parsed => {
  const proof = parsePasskeyProof(untrusted)
  return {
    proof,
    client: parseClientData(proof.clientData),
    authenticator: parseAuthenticatorData(proof.authenticatorData),
  }
}

const checkClient = (key: Key, client: ClientData, challenge: Bytes): Result<void> => {
  if (client.type !== 'webauthn.get') {
    return refuse('passkey_wrong_type', 'the passkey was not asked for an assertion')
  }
  if (client.challenge !== toBase64Url(challenge)) {
    return refuse('passkey_wrong_challenge', 'the challenge is not that of this request')
  }
  if (client.crossOrigin === true || client.topOrigin !== undefined) {
    return refuse('passkey_cross_origin', 'the page stood inside another one')
  }
  if (!key.origins.includes(client.origin)) {
    return refuse('passkey_wrong_origin', 'the wallet does not list the origin of the page')
  }
  return accept(undefined)
}

const checkAuthenticator = (
  crypto: Crypto,
  key: Key,
  { rpIdHash, userPresent, userVerified, backupEligible, backedUp }: AuthenticatorData,
): Result<void> => {
  if (!equalBytes(rpIdHash, crypto.sha256(utf8(key.rpId)))) {
    return refuse('passkey_wrong_rp', 'the assertion is for another domain')
  }
  if (!userPresent) return refuse('passkey_not_present', 'the flag UP is not set')
  if (!userVerified) return refuse('passkey_not_verified', 'the flag UV is not set')
  if (backupEligible !== key.backupEligible || (backedUp && !backupEligible)) {
    return refuse('passkey_backup_changed', 'the flags BE and BS do not fit the key')
  }
  return accept(undefined)
}

/** By the algorithm of the key: COSE −7, −8 and −257 (RFC 9053, RFC 8812). */
const verifiers: Readonly<
  Record<
    PasskeyCredential['algorithm'],
    (crypto: Crypto, publicKey: Bytes, message: Bytes, signature: Bytes) => boolean
  >
> = {
  p256: (crypto, publicKey, message, untrustedSignature) => {
    const signature = attempt(() => parseEcdsaSignature(untrustedSignature))
    if (!signature.ok || publicKey.length !== 33) return false
    return crypto.p256.verify({ message, signature: signature.value, publicKey })
  },
  ed25519: (crypto, publicKey, message, signature) =>
    signature.length === 64 &&
    publicKey.length === 32 &&
    crypto.ed25519.verify({ message, signature, publicKey }),
  rs256: (crypto, publicKey, message, signature) =>
    crypto.rs256.verify({ message, signature, publicKey }),
}

/**
 * Refusals: `passkey_malformed`, `passkey_wrong_type`, `passkey_wrong_challenge`,
 * `passkey_cross_origin`, `passkey_wrong_origin`, `passkey_wrong_rp`, `passkey_not_present`,
 * `passkey_not_verified`, `passkey_backup_changed`, `bad_proof`.
 *
 * `challenge`: 32 bytes, SHA-256 of `challengeInput` for the request and its purpose.
 */
export const verifyPasskey = (
  crypto: Crypto,
  key: Key,
  challenge: Bytes,
  untrusted: string,
): Result<PasskeyUse> => {
  const parsed = attempt(() => parse(untrusted))
  if (!parsed.ok) return refuse('passkey_malformed', parsed.refusal.detail)
  const { proof, client, authenticator } = parsed.value
  const asked = checkClient(key, client, challenge)
  if (!asked.ok) return asked
  const said = checkAuthenticator(crypto, key, authenticator)
  if (!said.ok) return said
  const publicKey = attempt(() => bytesOf(key.publicKey, 'base64url'))
  const message = concat(proof.authenticatorData, crypto.sha256(proof.clientData))
  if (
    !publicKey.ok ||
    !verifiers[key.algorithm](crypto, publicKey.value, message, proof.signature)
  ) {
    return refuse('bad_proof', 'the signature of the passkey does not verify')
  }
  return accept({ counter: authenticator.counter, backedUp: authenticator.backedUp })
}
