/**
 * One value of 32 bytes for what runs, on every platform, so that a manifest lists one kind of
 * thing: MRENCLAVE where the hardware has it, else a hash over every register that says what runs.
 */
import { type Bytes, concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { sha256 } from '@noble/hashes/sha2.js'
import type { NitroDocument } from './nitro/document.ts'
import type { SgxReport, TdxReport } from './sgx/quote.ts'
import type { SnpReport } from './snp/report.ts'

/** Each part with its length, under a label: no two lists of parts give the same bytes. */
const hashOf = (label: string, parts: readonly Bytes[]): string => {
  const framed = parts.flatMap((part) => [Uint8Array.of(part.length), part])
  return toHex(sha256(concat(utf8(label), ...framed)))
}

/** Of a TD: firmware, its configuration by the owner, and what it measured while it started. */
export const tdxMeasurement = (report: TdxReport): string =>
  hashOf(
    'holdfast tdx measurement v1',
    [
      report.mrTd,
      ...report.rtmrs,
      report.mrConfigId,
      report.mrOwner,
      report.mrOwnerConfig,
      report.tdAttributes,
      report.xfam,
    ].map(fromHex),
  )

/** Of an SEV-SNP guest: its launch digest and what its owner bound to it. */
export const snpMeasurement = (report: SnpReport): string =>
  hashOf(
    'holdfast snp measurement v1',
    [report.measurement, report.hostData, report.idKeyDigest, report.authorKeyDigest].map(fromHex),
  )

/** Of a Nitro enclave: every PCR, in order of its index. */
export const nitroMeasurement = (document: NitroDocument): string =>
  hashOf(
    'holdfast nitro measurement v1',
    [...document.pcrs]
      .toSorted(([left], [right]) => left - right)
      .flatMap(([index, value]) => [Uint8Array.of(index), fromHex(value)]),
  )

/** MRENCLAVE of an enclave, the hash above of a TD; hexadecimal. */
export const quoteMeasurement = (report: SgxReport | TdxReport): string =>
  report.platform === 'sgx' ? report.mrEnclave : tdxMeasurement(report)
