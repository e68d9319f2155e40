/** Puts a VCEK's signature into a report of SEV-SNP, as the AMD Secure Processor does. */
import { type KeyObject, sign } from 'node:crypto'

export const signSnpReport = (report: Uint8Array, vcekKey: KeyObject): Uint8Array => {
  const signed = report.slice()
  const key = { key: vcekKey, dsaEncoding: 'ieee-p1363' } as const
  const mark = sign('sha384', signed.subarray(0, 672), key)
  signed.set(mark.subarray(0, 48).toReversed(), 0x2a0)
  signed.set(mark.subarray(48).toReversed(), 0x2a0 + 72)
  return signed
}
