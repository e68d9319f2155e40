/** The next manifest on its way from governor to governor. */
import {
  encodeManifest,
  encodeSignedManifest,
  signManifest,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { fromUtf8 } from '@holdfast/base/bytes'
import { type Manifest, manifestSchema } from '@holdfast/base/manifest'
import { proposalsOf, type SignedProposal } from './signed-proposal.ts'

export type ManifestProposal = SignedProposal<Manifest>

export const manifestProposals = proposalsOf({
  format: 'holdfast manifest proposal v1',
  field: 'manifest',
  schema: manifestSchema,
  sign: signManifest,
})

/** The manifest after `current` with these changes, unsigned. */
export const propose = (
  current: VerifiedManifest,
  change: Partial<Manifest>,
  nowMs: number,
): ManifestProposal => {
  const content: Manifest = {
    ...current.manifest,
    ...change,
    serial: current.manifest.serial + 1,
    previous: current.hash,
    issuedAt: new Date(nowMs).toISOString(),
  }
  return { bytes: encodeManifest(content), content, signatures: [] }
}

/** The signed file as JSON, as a chain holds it. */
export const signedFile = ({ bytes, signatures }: ManifestProposal): unknown =>
  JSON.parse(fromUtf8(encodeSignedManifest(bytes, signatures)))
