/** Which chip a report is of, unverified: what a collector asks its certificates for. */
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import { attempt, type Result } from '@holdfast/base/errors'
import type { SnpTcb } from '@holdfast/base/snp-policy'
import { sha256 } from '@noble/hashes/sha2.js'
import { snpMeasurement } from '../measurement.ts'
import { parseSnpReport } from './report.ts'

export type SnpPlatform = {
  /** 64 bytes, hexadecimal; all zero where the host hides it. */
  readonly chipId: string
  /** What an inventory lists. */
  readonly chipIdHash: string
  /** What a VCEK must be of. */
  readonly tcb: SnpTcb
  /** What a manifest lists (measurement.ts), hexadecimal. */
  readonly measurement: string
  readonly debug: boolean
  readonly reportData: Bytes
}

/** Refuses with the codes of `parseSnpReport`. Nothing is verified. */
export const snpPlatform = (untrusted: Bytes): Result<SnpPlatform> =>
  attempt(() => {
    const report = parseSnpReport(untrusted)
    return {
      chipId: report.chipId,
      chipIdHash: toHex(sha256(fromHex(report.chipId))),
      tcb: report.reportedTcb,
      measurement: snpMeasurement(report),
      debug: report.policy.debugAllowed,
      reportData: report.reportData,
    }
  })
