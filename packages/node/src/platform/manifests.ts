/** The chain of manifests that a node runs under, from its file. */
import {
  parseSignedManifest,
  type VerifiedManifest,
  verifyGenesis,
  verifyManifestChain,
} from '@holdfast/attestation'
import { utf8 } from '@holdfast/base/bytes'
import { accept, attempt, fail, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import { signedManifestSchema } from '@holdfast/base/manifest'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { manifestChainBytesMax } from '../limits.ts'

const chainSchema = z.strictObject({ manifests: z.array(signedManifestSchema).min(1).max(4096) })

export type ManifestChain = {
  readonly current: VerifiedManifest
  /** The chain as clients are given it. */
  readonly json: Uint8Array
}

/**
 * Verifies the chain; which mesh it is, the identity then names and every verifier checks.
 * Refusals: `manifest_malformed` and those of `verifyManifestChain`.
 */
export const openManifests = (untrusted: Uint8Array, nowMs: number): Result<ManifestChain> => {
  const parsed = attempt(() => {
    if (untrusted.length > manifestChainBytesMax) fail('too_large', 'the chain is too long')
    return parseJson(chainSchema, untrusted).manifests
  })
  if (!parsed.ok) return refuse('manifest_malformed', 'the file is no chain of manifests')
  const chain = attempt(() =>
    parsed.value.map((signed) => {
      const manifest = parseSignedManifest(utf8(JSON.stringify(signed)))
      if (!manifest.ok) throw new RefusalError(manifest.refusal)
      return manifest.value
    }),
  )
  if (!chain.ok) return chain
  const [first] = chain.value
  if (first === undefined) return refuse('manifest_malformed', 'the chain is empty')
  const genesis = verifyGenesis(first)
  if (!genesis.ok) return genesis
  const { mesh } = genesis.value
  const current = verifyManifestChain({ chain: chain.value, mesh, minSerial: 1, nowMs })
  if (!current.ok) return current
  return accept({
    current: current.value,
    json: utf8(JSON.stringify({ manifests: parsed.value })),
  })
}
