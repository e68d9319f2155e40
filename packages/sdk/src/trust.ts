/**
 * What a client trusts: one mesh id and the least serial of its manifest. Everything else is
 * verified from there, before the first secret leaves.
 */
import {
  parseSignedManifest,
  type UntrustedManifest,
  type Verdict,
  type VerifiedManifest,
  verifyEvidence,
  verifyManifestChain,
} from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import { utf8 } from '@holdfast/base/bytes'
import { RefusalError, type Result } from '@holdfast/base/errors'
import { type Evidence, parseEvidence } from '@holdfast/base/evidence'
import type { MeshId } from '@holdfast/base/ids'
import { signedManifestSchema } from '@holdfast/base/manifest'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Endpoint, EvidenceTarget } from './endpoint.ts'
import { randomBytes } from './entropy.ts'
import { manifestsMax } from './limits.ts'
import { VerificationError } from './verification-error.ts'

/** An enclave whose evidence was verified for a nonce of this client. */
export type Enclave = {
  readonly verdict: Verdict
  readonly evidence: Evidence
}

export type Trust = {
  readonly mesh: MeshId
  /** The newest manifest that was verified; undefined before the first. */
  manifest(): VerifiedManifest | undefined
  /** Reads a node's chain; keeps the newer one. Throws a `VerificationError`. */
  learn(endpoint: Endpoint): Promise<VerifiedManifest>
  /** Verifies an enclave that the node speaks for. Throws a `VerificationError`. */
  verify(endpoint: Endpoint, target: EvidenceTarget): Promise<Enclave>
}

const chainSchema = z.strictObject({ manifests: z.array(signedManifestSchema).max(manifestsMax) })

const accepted = <Value>(node: string, what: string, result: Result<Value>): Value => {
  if (result.ok) return result.value
  const { refusal } = result
  const differences = [{ what, expected: 'verifies', seen: refusal.detail }]
  throw new VerificationError({ node, refusal, differences })
}

const parseChain = (node: string, untrusted: Bytes): readonly UntrustedManifest[] => {
  try {
    return parseJson(chainSchema, untrusted).manifests.map((signed) =>
      accepted(node, 'manifest', parseSignedManifest(utf8(JSON.stringify(signed)))),
    )
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    const refusal = { ...error.refusal, code: 'manifest_malformed' as const }
    return accepted(node, 'manifest', { ok: false, refusal })
  }
}

const checkTarget = (node: string, target: EvidenceTarget, { identity }: Verdict): void => {
  const differences = [
    { what: 'zone asked for', expected: target.zone, seen: identity.zone },
    { what: 'enclave asked for', expected: target.boot, seen: identity.boot },
  ].flatMap(({ what, expected, seen }) =>
    expected === undefined || expected === seen ? [] : [{ what, expected, seen }],
  )
  if (differences.length === 0) return
  const detail = 'the evidence is of another enclave than asked for'
  throw new VerificationError({ node, refusal: { code: 'wrong_zone', detail }, differences })
}

/**
 * `minimumSerial` guards against an old manifest that the governors have replaced; give the
 * highest that you know.
 */
export const trustIn = (options: {
  readonly mesh: MeshId
  readonly minimumSerial: number
  readonly now: () => number
}): Trust => {
  const { mesh, now } = options
  let newest: VerifiedManifest | undefined
  const learn = async (endpoint: Endpoint): Promise<VerifiedManifest> => {
    const chain = parseChain(endpoint.origin, await endpoint.untrustedManifests())
    const verified = verifyManifestChain({
      chain,
      mesh,
      minSerial: newest?.manifest.serial ?? options.minimumSerial,
      nowMs: now(),
    })
    newest = accepted(endpoint.origin, 'manifest', verified)
    return newest
  }
  const judge = async (endpoint: Endpoint, target: EvidenceTarget) => {
    const nonce = randomBytes(32)
    const evidence = parseEvidence(await endpoint.untrustedEvidence(nonce, target))
    const manifest = newest ?? (await learn(endpoint))
    return { evidence, result: verifyEvidence({ evidence, manifest, nowMs: now(), nonce }) }
  }
  return {
    mesh,
    manifest: () => newest,
    learn,
    verify: async (endpoint, target) => {
      let { evidence, result } = await judge(endpoint, target)
      if (!result.ok && newestMayHelp.has(result.refusal.code)) {
        await learn(endpoint)
        ;({ evidence, result } = await judge(endpoint, target))
      }
      if (!result.ok) throw new VerificationError({ node: endpoint.origin, ...result })
      checkTarget(endpoint.origin, target, result.value)
      return { verdict: result.value, evidence }
    },
  }
}

/** Refusals that a manifest newer than the known one may turn. */
const newestMayHelp: ReadonlySet<string> = new Set([
  'wrong_manifest',
  'wrong_measurement',
  'platform_not_listed',
  'manifest_expired',
])
