/** Evidence → verdict, by every rule of the manifest (DESIGN §3). Never evidence alone. */
import { type Bytes, equalBytes, fromBase64Url, toHex } from '@holdfast/base/bytes'
import { type ErrorCode, type Refusal, refuse } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import type { Identity } from '@holdfast/base/identity'
import { identitySkewMsMax } from '@holdfast/base/limits'
import { type ManifestZone, platformHash } from '@holdfast/base/manifest'
import { momentMs } from '@holdfast/base/moment'
import { nonceLength, nonceMessage, parseIdentity, reportDataOf } from './identity.ts'
import { verifyEd25519 } from './manifest/signature.ts'
import { checkManifestInForce, type VerifiedManifest } from './manifest/verify.ts'
import {
  type PlatformVerdict,
  tcbText,
  verdictMeasurement,
  verdictPlatformHash,
  verifyPlatform,
} from './platform-verdict.ts'

/** A node that may be trusted until `validUntilMs`, in the zone that the inventory gives it. */
export type Verdict = {
  /** Surfaces that show a verdict say SIMULATED where this is true. */
  readonly simulated: boolean
  readonly identity: Identity
  readonly zone: ManifestZone
  /** MRENCLAVE, or a hash over what measures a guest (measurement.ts); hexadecimal. */
  readonly measurement: string
  readonly quote: PlatformVerdict
  readonly manifestSerial: number
  /** Whether the identity key has signed the verifier's nonce. */
  readonly fresh: boolean
  readonly verifiedAtMs: number
  /** The first of: collateral, manifest, identity. */
  readonly validUntilMs: number
}

export type Difference = {
  readonly what: string
  readonly expected: string
  readonly seen: string
}

/** Every rule that did not hold, in words; the refusal is the first. */
export type EvidenceRefused = {
  readonly ok: false
  readonly refusal: Refusal
  readonly differences: readonly Difference[]
}
export type EvidenceResult = { readonly ok: true; readonly value: Verdict } | EvidenceRefused

export type EvidenceInput = {
  readonly evidence: Evidence
  /** The verifier's current manifest. */
  readonly manifest: VerifiedManifest
  readonly nowMs: number
  /** 32 bytes; its signature is then required. */
  readonly nonce?: Bytes
  /** Hashes of earlier manifests that a node may still run under (a roll-out). */
  readonly acceptManifests?: readonly string[]
}

type Rule = Difference & { readonly code: ErrorCode; readonly holds: boolean }

const refused = (refusal: Refusal, differences: readonly Difference[]): EvidenceRefused => ({
  ok: false,
  refusal,
  differences,
})

const stopped = (what: string, { refusal }: { readonly refusal: Refusal }): EvidenceRefused =>
  refused(refusal, [{ what, expected: 'verifies', seen: refusal.detail }])

const identityRules = (
  input: EvidenceInput,
  identity: Identity,
  quote: PlatformVerdict,
): Rule[] => {
  const { evidence, manifest, acceptManifests = [] } = input
  const expected = reportDataOf(evidence.identity)
  const hashes = [manifest.hash, ...(manifest.earlier ?? []), ...acceptManifests]
  return [
    {
      code: 'wrong_report_data',
      what: 'report data',
      expected: toHex(expected),
      seen: toHex(quote.report.reportData),
      holds: equalBytes(expected, quote.report.reportData),
    },
    {
      code: 'wrong_mesh',
      what: 'mesh',
      expected: manifest.mesh,
      seen: identity.mesh,
      holds: identity.mesh === manifest.mesh,
    },
    {
      code: 'wrong_manifest',
      what: 'manifest',
      expected: hashes.join(' or '),
      seen: identity.manifest,
      holds: hashes.includes(identity.manifest),
    },
  ]
}

const timeRules = ({ nowMs }: EvidenceInput, { notBefore, notAfter }: Identity): Rule[] => {
  const seen = new Date(nowMs).toISOString()
  return [
    {
      code: 'identity_expired',
      what: 'end of the identity',
      expected: `before ${notAfter}`,
      seen,
      holds: nowMs < momentMs(notAfter),
    },
    {
      code: 'identity_not_yet_valid',
      what: 'beginning of the identity',
      expected: `not long before ${notBefore}`,
      seen,
      holds: nowMs >= momentMs(notBefore) - identitySkewMsMax,
    },
  ]
}

/** AMD has no statuses and no data to be of an age: `verifySnp` compares the levels themselves. */
const tcbRules = (input: EvidenceInput, quote: PlatformVerdict): Rule[] => {
  if (quote.platform === 'snp') return []
  const { tcb } = input.manifest.manifest
  const allowed: readonly string[] = tcb.allowedStatuses
  return [
    {
      code: 'tcb_not_allowed',
      what: 'TCB status',
      expected: allowed.join(' or '),
      seen: tcbText(quote),
      holds: allowed.includes(quote.tcbStatus),
    },
    {
      code: 'tcb_data_too_old',
      what: 'TCB evaluation data number',
      expected: `at least ${tcb.minTcbEvaluationDataNumber}`,
      seen: String(quote.tcbEvaluationDataNumber),
      holds: quote.tcbEvaluationDataNumber >= tcb.minTcbEvaluationDataNumber,
    },
  ]
}

const enclaveRules = (input: EvidenceInput, quote: PlatformVerdict): Rule[] => {
  const { measurements } = input.manifest.manifest
  const measurement = verdictMeasurement(quote)
  const listed = measurements.find(({ mrEnclave }) => mrEnclave === measurement)
  return [
    {
      code: 'wrong_measurement',
      what: 'measurement',
      expected: measurements.map(({ mrEnclave }) => mrEnclave).join(' or '),
      seen: measurement,
      holds: listed !== undefined,
    },
    {
      code: 'measurement_not_in_force',
      what: 'measurement in force',
      expected: listed === undefined ? 'a listed measurement' : `not before ${listed.notBefore}`,
      seen: new Date(input.nowMs).toISOString(),
      holds: listed === undefined || input.nowMs >= momentMs(listed.notBefore),
    },
    ...tcbRules(input, quote),
  ]
}

const platformRules = (
  input: EvidenceInput,
  identity: Identity,
  quote: PlatformVerdict,
): Rule[] => {
  const { inventory } = input.manifest.manifest
  const hash = verdictPlatformHash(quote)
  const platform = inventory.find((listed) => platformHash(listed) === hash)
  return [
    {
      code: 'platform_not_listed',
      what: 'platform',
      expected: `one of ${inventory.length} on the inventory`,
      seen: hash,
      holds: platform !== undefined,
    },
    {
      code: 'wrong_zone',
      what: 'zone',
      expected: platform?.zone ?? 'the zone of a listed platform',
      seen: identity.zone,
      holds: platform === undefined || platform.zone === identity.zone,
    },
  ]
}

const nonceRules = (input: EvidenceInput, identity: Identity): Rule[] => {
  const { nonce, evidence } = input
  if (nonce === undefined) return []
  const signature = evidence.nonceSignature
  const publicKey = fromBase64Url(identity.identityPublicKey)
  return [
    {
      code: 'wrong_nonce',
      what: 'nonce',
      expected: `a signature over ${toHex(nonce)}`,
      seen: signature === undefined ? 'none' : 'one that does not verify',
      holds:
        nonce.length === nonceLength &&
        signature !== undefined &&
        verifyEd25519(signature, nonceMessage(nonce), publicKey),
    },
  ]
}

/**
 * Judges a node's evidence by the verifier's manifest; synchronous. Beside the refusals of
 * `verifyPlatform`: `manifest_expired`, `identity_malformed`,
 * `wrong_report_data`, `wrong_mesh`, `wrong_manifest`, `identity_expired`,
 * `identity_not_yet_valid`, `wrong_measurement`, `measurement_not_in_force`, `tcb_not_allowed`,
 * `tcb_data_too_old`, `platform_not_listed`, `wrong_zone`, `wrong_nonce`. A refusal carries every
 * difference of expected and seen.
 *
 *     const result = verifyEvidence({ evidence, manifest, nowMs: Date.now(), nonce })
 *     if (!result.ok) console.error(explainEvidence(result))
 */
export const verifyEvidence = (input: EvidenceInput): EvidenceResult => {
  const { manifest, nowMs } = input
  const inForce = checkManifestInForce(manifest, nowMs)
  if (!inForce.ok) return stopped('manifest', inForce)
  const identified = parseIdentity(input.evidence.identity)
  if (!identified.ok) return stopped('identity', identified)
  const { evidence } = input
  const verified = verifyPlatform({ evidence, manifest: manifest.manifest, nowMs })
  if (!verified.ok) return stopped('quote', verified)
  const identity = identified.value
  const quote = verified.value
  const broken = [
    ...identityRules(input, identity, quote),
    ...timeRules(input, identity),
    ...enclaveRules(input, quote),
    ...platformRules(input, identity, quote),
    ...nonceRules(input, identity),
  ].filter((rule) => !rule.holds)
  const [first] = broken
  const zone = manifest.manifest.zones.find(({ id }) => id === identity.zone)
  if (first !== undefined || zone === undefined) {
    const { code, what } = first ?? { code: 'wrong_zone' as const, what: 'zone' }
    const { refusal } = refuse(code, `the ${what} is not what the manifest says`, what)
    return refused(
      refusal,
      broken.map(({ what, expected, seen }) => ({ what, expected, seen })),
    )
  }
  return {
    ok: true,
    value: {
      simulated: manifest.manifest.kind === 'simulated',
      identity,
      zone,
      measurement: verdictMeasurement(quote),
      quote,
      manifestSerial: manifest.manifest.serial,
      fresh: input.nonce !== undefined,
      verifiedAtMs: nowMs,
      validUntilMs: Math.min(
        quote.collateralExpiresAtMs,
        momentMs(manifest.manifest.expiresAt),
        momentMs(identity.notAfter),
      ),
    },
  }
}

/** A verdict or a refusal in lines that a person can read. */
export const explainEvidence = (result: EvidenceResult): string => {
  if (!result.ok) {
    const lines = result.differences.map(
      ({ what, expected, seen }) => `  ${what}\n    expected  ${expected}\n    seen      ${seen}`,
    )
    return [`REFUSED (${result.refusal.code})`, ...lines].join('\n')
  }
  const { simulated, zone, measurement, quote, validUntilMs } = result.value
  return [
    simulated
      ? 'SIMULATED evidence, verified'
      : `${quote.platform.toUpperCase()} evidence, verified`,
    `  zone         ${zone.id} (${zone.name}), level ${zone.level}`,
    `  measurement  ${measurement}`,
    `  TCB          ${tcbText(quote)}`,
    `  valid until  ${new Date(validUntilMs).toISOString()}`,
  ].join('\n')
}
