/** Evidence of this enclave: one quote a boot, a signature for every nonce. */
import { nonceLength, nonceMessage, reportDataOf } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import { collateralSchema } from '@holdfast/base/collateral'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { type Evidence, encodeEvidence } from '@holdfast/base/evidence'
import { parseJson } from '@holdfast/base/schema'
import type { Crypto } from '../ports/crypto.ts'
import type { OwnEvidence } from '../ports/evidence.ts'
import type { NodeIdentity } from './node-identity.ts'

/** The quote over an identity, with the collateral as it is now; for certificates and clients. */
export const collectEvidence = async (
  own: OwnEvidence,
  identity: Pick<NodeIdentity, 'document'>,
  quote?: Bytes,
): Promise<Evidence> => ({
  identity: identity.document,
  quote: quote ?? (await own.quote(reportDataOf(identity.document))),
  collateral: parseJson(collateralSchema, await own.collateral()),
})

/** Evidence that answers a client's nonce, as JSON bytes. Refuses `invalid_field`. */
export const answerNonce = (
  crypto: Crypto,
  identity: NodeIdentity,
  evidence: Evidence,
  nonce: Bytes,
): Result<Bytes> => {
  if (nonce.length !== nonceLength) return refuse('invalid_field', 'a nonce has 32 bytes', 'nonce')
  const nonceSignature = identity.signing.use((privateKey) =>
    crypto.ed25519.sign({ message: nonceMessage(nonce), privateKey }),
  )
  return accept(encodeEvidence({ ...evidence, nonceSignature }))
}
