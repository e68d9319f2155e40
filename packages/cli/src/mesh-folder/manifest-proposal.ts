/**
 * A manifest on its way: the exact bytes, and the signatures that it has so far. The file goes
 * from governor to governor; nothing else has to, so that their keys may stay offline.
 */
import {
  encodeManifest,
  encodeSignedManifest,
  signManifest,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { type Bytes, fromBase64Url, fromUtf8, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { type Manifest, manifestSchema } from '@holdfast/base/manifest'
import { base64url, label, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { Governor } from './governors.ts'

const proposalFile = z.strictObject({
  format: z.literal('holdfast manifest proposal v1'),
  manifest: base64url,
  signatures: z.array(z.strictObject({ governor: label, signature: base64url })).max(64),
})

export type Proposal = {
  readonly bytes: Bytes
  readonly manifest: Manifest
  readonly signatures: readonly { readonly governor: string; readonly signature: Bytes }[]
}

export const readProposal = async (path: string): Promise<Proposal> => {
  const file = await readJson(path, proposalFile)
  const bytes = fromBase64Url(file.manifest)
  return {
    bytes,
    manifest: parseJson(manifestSchema, bytes),
    signatures: file.signatures.map(({ governor, signature }) => ({
      governor,
      signature: fromBase64Url(signature),
    })),
  }
}

export const writeProposal = (path: string, { bytes, signatures }: Proposal): Promise<void> =>
  writeJson(
    path,
    {
      format: 'holdfast manifest proposal v1',
      manifest: toBase64Url(bytes),
      signatures: signatures.map(({ governor, signature }) => ({
        governor,
        signature: toBase64Url(signature),
      })),
    },
    publicFile,
  )

/** The manifest after `current` with these changes, unsigned. */
export const propose = (
  current: VerifiedManifest,
  change: Partial<Manifest>,
  nowMs: number,
): Proposal => {
  const manifest: Manifest = {
    ...current.manifest,
    ...change,
    serial: current.manifest.serial + 1,
    previous: current.hash,
    issuedAt: new Date(nowMs).toISOString(),
  }
  return { bytes: encodeManifest(manifest), manifest, signatures: [] }
}

/** Adds a governor's signature, once. */
export const signProposal = (proposal: Proposal, governor: Governor): Proposal => {
  const { bytes, signatures } = proposal
  if (signatures.some((one) => one.governor === governor.id)) {
    return fail('conflict', 'this governor has signed it already', governor.id)
  }
  const signature = signManifest(bytes, fromBase64Url(governor.privateKey))
  return { ...proposal, signatures: [...signatures, { governor: governor.id, signature }] }
}

/** The signed file as JSON, as a chain holds it. */
export const signedFile = ({ bytes, signatures }: Proposal): unknown =>
  JSON.parse(fromUtf8(encodeSignedManifest(bytes, signatures)))
