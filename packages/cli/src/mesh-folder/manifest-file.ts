/** `manifest.json`: the chain of signed manifests, genesis first. */
import {
  parseSignedManifest,
  type VerifiedManifest,
  verifyGenesis,
  verifyManifestChain,
  verifySuccessor,
} from '@holdfast/attestation'
import { utf8 } from '@holdfast/base/bytes'
import { RefusalError, type Result } from '@holdfast/base/errors'
import { type Manifest, signedManifestSchema } from '@holdfast/base/manifest'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import { localGovernors } from './governors.ts'
import type { MeshLayout } from './layout.ts'
import {
  type ManifestProposal,
  manifestProposals,
  propose,
  signedFile,
} from './manifest-proposal.ts'

const chainFile = z.strictObject({ manifests: z.array(signedManifestSchema).min(1) })

const valueOf = <Value>(result: Result<Value>): Value => {
  if (result.ok) return result.value
  throw new RefusalError(result.refusal)
}

/** The manifest in force; refuses a chain that does not hold together. */
export const readManifest = async (
  layout: MeshLayout,
  nowMs: number,
): Promise<VerifiedManifest> => {
  const { manifests } = await readJson(layout.manifest, chainFile)
  const chain = manifests.map((one) => valueOf(parseSignedManifest(utf8(JSON.stringify(one)))))
  const [first] = chain
  const genesis = first === undefined ? undefined : valueOf(verifyGenesis(first))
  const mesh = genesis?.mesh
  if (mesh === undefined) throw new TypeError('a chain has a first manifest')
  return valueOf(verifyManifestChain({ chain, mesh, minSerial: 1, nowMs }))
}

/**
 * Signs a manifest that follows the one in force, by the governors whose keys lie in the folder.
 */
export const publishSuccessor = async (
  layout: MeshLayout,
  change: Partial<Manifest>,
  nowMs: number,
): Promise<Manifest> => {
  const proposal = propose(await readManifest(layout, nowMs), change, nowMs)
  const signed = manifestProposals.signByAll(proposal, await localGovernors(layout))
  const { manifest } = await appendManifest(layout, signed, nowMs)
  return manifest
}

/**
 * Puts a signed proposal at the end of the chain. Refuses as `verifySuccessor` does, and then
 * leaves the chain as it was.
 */
export const appendManifest = async (
  layout: MeshLayout,
  proposal: ManifestProposal,
  nowMs: number,
): Promise<VerifiedManifest> => {
  const current = await readManifest(layout, nowMs)
  const signed = signedManifestSchema.parse(signedFile(proposal))
  const next = valueOf(parseSignedManifest(utf8(JSON.stringify(signed))))
  const verified = valueOf(verifySuccessor(current, next, nowMs))
  const { manifests } = await readJson(layout.manifest, chainFile)
  await writeJson(layout.manifest, { manifests: [...manifests, signed] }, publicFile)
  return verified
}
