/** Governors' signatures over a manifest's exact bytes: Ed25519 with a prefix of its own. */
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import type { Manifest } from '@holdfast/base/manifest'
import { ed25519 } from '@noble/curves/ed25519.js'

/** What governors sign: each kind has a prefix of its own, so that none passes for another. */
export type SignedKind = 'manifest' | 'boots' | 'homes'

const message = (bytes: Bytes, kind: SignedKind): Bytes =>
  concat(utf8(`holdfast ${kind} v1`), Uint8Array.of(0), bytes)

/** A governor's signature, 64 bytes; the private key is the 32-byte seed of RFC 8032. */
export const signManifest = (bytes: Bytes, governorPrivateKey: Bytes): Bytes =>
  ed25519.sign(message(bytes, 'manifest'), governorPrivateKey)

/** The same over a statement on boots. */
export const signBootStatement = (bytes: Bytes, governorPrivateKey: Bytes): Bytes =>
  ed25519.sign(message(bytes, 'boots'), governorPrivateKey)

/** The same over a statement on homes. */
export const signHomeStatement = (bytes: Bytes, governorPrivateKey: Bytes): Bytes =>
  ed25519.sign(message(bytes, 'homes'), governorPrivateKey)

/** Ed25519 as RFC 8032 §5.1.7 verifies, without the looser rules of ZIP 215. */
export const verifyEd25519 = (signature: Bytes, signed: Bytes, publicKey: Bytes): boolean => {
  try {
    return ed25519.verify(signature, signed, publicKey, { zip215: false })
  } catch {
    return false
  }
}

export type GovernorSignature = { readonly governor: string; readonly signature: Bytes }

/** A signature as files carry it: base64url. */
type SignatureText = { readonly governor: string; readonly signature: string }

export const signaturesToText = (
  signatures: readonly GovernorSignature[],
): readonly SignatureText[] =>
  signatures.map(({ governor, signature }) => ({ governor, signature: toBase64Url(signature) }))

export const signaturesFromText = (
  signatures: readonly SignatureText[],
): readonly GovernorSignature[] =>
  signatures.map(({ governor, signature }) => ({ governor, signature: fromBase64Url(signature) }))

/**
 * Whether `signatures` are a quorum of `governors`: enough of them, each of another known
 * governor, and none that does not verify.
 */
export const isQuorum = (
  governors: Manifest['governors'],
  bytes: Bytes,
  signatures: readonly GovernorSignature[],
  kind: SignedKind = 'manifest',
): boolean => {
  const names = new Set(signatures.map(({ governor }) => governor))
  if (names.size !== signatures.length || names.size < governors.threshold) return false
  const signed = message(bytes, kind)
  return signatures.every(({ governor, signature }) => {
    const key = governors.keys.find(({ id }) => id === governor)
    return key !== undefined && verifyEd25519(signature, signed, fromBase64Url(key.publicKey))
  })
}
