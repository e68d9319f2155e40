/** What evidence proves of its machine, whatever that is: the one place that asks which. */
import { type Bytes, fromBase64Url, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { isSnpCollateral } from '@holdfast/base/collateral'
import { type Result, refuse } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import type { Manifest } from '@holdfast/base/manifest'
import { sha256 } from '@noble/hashes/sha2.js'
import { quoteMeasurement, snpMeasurement } from './measurement.ts'
import { intelRootCa } from './sgx/intel-root.ts'
import { parseQuote } from './sgx/quote.ts'
import { type QuoteVerdict, verifyQuote } from './sgx/verify.ts'
import { amdRoots, type SnpVerdict, snpTcbText, verifySnp } from './snp/verify.ts'

export type PlatformVerdict = QuoteVerdict | SnpVerdict

/** What the inventory of a manifest lists the machine by. */
export const verdictPlatformHash = (verdict: PlatformVerdict): string =>
  verdict.platform === 'snp' ? verdict.chipIdHash : verdict.ppidHash

/** What a manifest lists the code by. */
export const verdictMeasurement = (verdict: PlatformVerdict): string =>
  verdict.platform === 'snp' ? snpMeasurement(verdict.report) : quoteMeasurement(verdict.report)

/** Intel's status with its advisories; AMD's patch levels, since AMD judges none. */
export const tcbText = (verdict: PlatformVerdict): string =>
  verdict.platform === 'snp'
    ? `${verdict.product}, ${snpTcbText(verdict.report.reportedTcb)}`
    : [verdict.tcbStatus, ...verdict.advisoryIds].join(' ')

type PlatformInput = {
  readonly evidence: Evidence
  readonly manifest: Manifest
  readonly nowMs: number
}

/** Only to choose the words: a root that calls itself simulated. */
const callsItselfSimulated = (root: Bytes): boolean =>
  toHex(root).includes(toHex(utf8('SIMULATED')))

const rootOfQuote = (quote: Bytes): Bytes => {
  try {
    return parseQuote(quote).pckChain.at(-1) ?? new Uint8Array()
  } catch {
    return new Uint8Array()
  }
}

const verifySnpEvidence = ({ evidence, manifest, nowMs }: PlatformInput): Result<SnpVerdict> => {
  const { quote: report, collateral } = evidence
  const { snp: policy, simulatedSnpRoot, kind } = manifest
  if (!isSnpCollateral(collateral)) return refuse('collateral_mismatch', 'not of SEV-SNP')
  if (policy === undefined) {
    return refuse('platform_not_listed', 'the manifest says nothing of SEV-SNP', 'platform')
  }
  const { vcek, ask, ark, crl } = collateral
  const own = toHex(sha256(fromBase64Url(simulatedSnpRoot ?? '')))
  const roots = kind === 'hardware' ? amdRoots : { Milan: own }
  const chain = [vcek, ask, ark].map(fromHex)
  return verifySnp({ report, chain, crl: fromHex(crl), nowMs, policy, roots })
}

const verifyDcapEvidence = ({ evidence, manifest, nowMs }: PlatformInput): Result<QuoteVerdict> => {
  const { quote, collateral } = evidence
  const { simulatedRoot } = manifest
  if (isSnpCollateral(collateral)) return refuse('collateral_mismatch', 'not of a quote')
  const rootCa = simulatedRoot === undefined ? intelRootCa() : fromBase64Url(simulatedRoot)
  return verifyQuote({ quote, collateral, rootCa, nowMs })
}

/**
 * Verifies evidence under the roots of the manifest: the makers' own in a mesh of hardware.
 * Refusals: those of `verifyQuote` and `verifySnp`, and `simulated_evidence`.
 */
export const verifyPlatform = (input: PlatformInput): Result<PlatformVerdict> => {
  const { evidence, manifest } = input
  const { collateral } = evidence
  const isSnp = isSnpCollateral(collateral)
  const verified = isSnp ? verifySnpEvidence(input) : verifyDcapEvidence(input)
  if (verified.ok || verified.refusal.code !== 'unknown_root') return verified
  const root = isSnp ? fromHex(collateral.ark) : rootOfQuote(evidence.quote)
  return manifest.kind === 'hardware' && callsItselfSimulated(root)
    ? refuse('simulated_evidence', 'the evidence is simulated and the mesh is hardware')
    : verified
}
