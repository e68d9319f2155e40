/** What was verified of a node, rule by rule, in words that say what each one means. */
import {
  collateralIssuedAtMs,
  snpTcbText,
  tcbText,
  type VerifiedManifest,
  verdictPlatformHash,
} from '@holdfast/attestation'
import type { Enclave } from '@holdfast/sdk'
import { advisoryWords, statusWords } from './tcb-words.ts'

export type Check = {
  readonly what: string
  /** `note` needs a person's judgement and breaks no rule. */
  readonly state: 'ok' | 'note' | 'wrong'
  readonly says: readonly string[]
}

const day = (text: string | number): string => new Date(text).toISOString().slice(0, 16)

const platformWords = {
  sgx: 'a quote of SGX under Intel’s root',
  tdx: 'a quote of TDX under Intel’s root',
  snp: 'a report of SEV-SNP under AMD’s root',
} as const

const evidenceCheck = ({ verdict }: Enclave): Check => {
  const { platform } = verdict.quote
  return {
    what: 'evidence',
    state: verdict.simulated ? 'note' : 'ok',
    says: [
      verdict.simulated
        ? 'SIMULATED: genuine in form, under a root of this mesh; it protects nothing'
        : `${platformWords[platform]}, not in debug mode`,
      `signed the nonce of this request; boot ${verdict.identity.boot}`,
    ],
  }
}

const identityCheck = ({ verdict }: Enclave, nowMs: number): Check => {
  const { notBefore, notAfter } = verdict.identity
  const minutesOf = (ms: number): number => Math.floor(ms / 60_000)
  const lifeMs = Date.parse(notAfter) - Date.parse(notBefore)
  const leftMs = Date.parse(notAfter) - nowMs
  return {
    what: 'identity',
    // A node renews it at the half of its life.
    state: leftMs < lifeMs / 4 ? 'note' : 'ok',
    says: [
      `${minutesOf(nowMs - Date.parse(notBefore))} minutes old; ends ${day(notAfter)}`,
      leftMs < lifeMs / 4
        ? `in ${minutesOf(leftMs)} minutes: the node should have renewed it`
        : `in ${minutesOf(leftMs)} minutes; the node renews it before`,
    ],
  }
}

const collateralCheck = ({ verdict, evidence }: Enclave, nowMs: number): Check => {
  const { quote } = verdict
  const { collateralExpiresAtMs } = quote
  const issued = day(collateralIssuedAtMs(evidence.collateral))
  const daysLeft = Math.floor((collateralExpiresAtMs - nowMs) / 86_400_000)
  return {
    what: 'collateral',
    state: daysLeft < 7 ? 'note' : 'ok',
    says: [
      `issued ${issued}, expires ${day(collateralExpiresAtMs)} (in ${daysLeft} days)`,
      quote.platform === 'snp'
        ? 'AMD’s list of revoked certificates names none of them'
        : `TCB evaluation data ${quote.tcbEvaluationDataNumber}`,
    ],
  }
}

const tcbCheck = ({ verdict }: Enclave): Check => {
  const { quote } = verdict
  if (quote.platform === 'snp') {
    const says = [tcbText(quote), 'at least what the manifest asks of this processor']
    return { what: 'TCB', state: 'ok', says }
  }
  const { tcbStatus, advisoryIds } = quote
  return {
    what: 'TCB',
    state: tcbStatus === 'UpToDate' ? 'ok' : 'note',
    says: [
      `${tcbStatus}: ${statusWords(tcbStatus)}`,
      ...advisoryIds.map((id) => `${id}: ${advisoryWords(id)}`),
    ],
  }
}

const measurementCheck = ({ verdict }: Enclave, published: string | undefined): Check => {
  const { measurement } = verdict
  if (published === undefined) {
    return {
      what: 'measurement',
      state: 'note',
      says: [measurement, 'in force in the manifest; compared with no published one (--published)'],
    }
  }
  return published === measurement
    ? { what: 'measurement', state: 'ok', says: [measurement, 'is the published one'] }
    : {
        what: 'measurement',
        state: 'wrong',
        says: [measurement, `is NOT the published one, ${published}`],
      }
}

const manifestCheck = ({ mesh, hash, manifest }: VerifiedManifest): Check => {
  const { serial, governors, measurements, tcb, snp } = manifest
  const { threshold, keys } = governors
  return {
    what: 'manifest',
    state: 'ok',
    says: [
      `${mesh}, serial ${serial}, SHA-256 ${hash.slice(0, 16)}…`,
      `${serial} manifests verified from the mesh id on, each signed by governors of the last`,
      `the next needs ${threshold} of ${keys.length} governors; expires ${day(manifest.expiresAt)}`,
      ...measurements.map(
        ({ mrEnclave, notBefore }) => `lists ${mrEnclave.slice(0, 16)}… from ${day(notBefore)}`,
      ),
      `allows TCB ${tcb.allowedStatuses.join(', ')} from data ${tcb.minTcbEvaluationDataNumber} on`,
      ...Object.entries(snp?.minTcb ?? {}).map(
        ([product, least]) => `asks of SEV-SNP on ${product} at least ${snpTcbText(least)}`,
      ),
    ],
  }
}

const inventoryCheck = ({ verdict }: Enclave, { manifest }: VerifiedManifest): Check => {
  const { quote, zone } = verdict
  const platform = verdictPlatformHash(quote).slice(0, 16)
  return {
    what: 'inventory',
    state: 'ok',
    says: [
      `platform ${platform}… is one of ${manifest.inventory.length}`,
      `which puts it in ${zone.id} (${zone.name}), level ${zone.level}`,
    ],
  }
}

/** Every check of an enclave whose evidence is good by the manifest. */
export const examineEnclave = (options: {
  readonly enclave: Enclave
  readonly manifest: VerifiedManifest
  readonly nowMs: number
  readonly published?: string
}): readonly Check[] => {
  const { enclave, manifest, nowMs, published } = options
  return [
    evidenceCheck(enclave),
    identityCheck(enclave, nowMs),
    tcbCheck(enclave),
    collateralCheck(enclave, nowMs),
    measurementCheck(enclave, published),
    inventoryCheck(enclave, manifest),
    manifestCheck(manifest),
  ]
}
