/** Which machine a quote is of, unverified: what a collector asks its collateral for. */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { parseCertificate } from '@holdfast/base/x509-reader'
import { sha256 } from '@noble/hashes/sha2.js'
import { quoteMeasurement } from '../measurement.ts'
import { pckIdentityOf } from './pck.ts'
import { parseQuote } from './quote.ts'

export type QuotePlatform = {
  readonly platform: 'sgx' | 'tdx'
  readonly fmspc: string
  /** Which of Intel's authorities issued the PCK certificate, and so the CRL. */
  readonly ca: 'platform' | 'processor'
  /** SHA-256 of the PPID, hexadecimal: what an inventory lists. */
  readonly ppidHash: string
  /** What a manifest lists (measurement.ts), hexadecimal. */
  readonly measurement: string
  readonly debug: boolean
  readonly reportData: Bytes
}

/** The common names of the two authorities end so. */
const authorities = { platform: 'PCK Platform CA', processor: 'PCK Processor CA' } as const

/** Refuses with the codes of `parseQuote`, or `chain_malformed`. Nothing is verified. */
export const quotePlatform = (untrusted: Bytes): Result<QuotePlatform> =>
  attempt(() => {
    const { report, pckChain } = parseQuote(untrusted)
    const [der] = pckChain
    if (der === undefined) return fail('chain_malformed', 'the quote has no PCK certificate')
    const leaf = parseCertificate(der)
    const pck = pckIdentityOf(leaf)
    const issuer = toHex(leaf.issuer)
    const isProcessor = issuer.includes(toHex(utf8(authorities.processor)))
    if (!isProcessor && !issuer.includes(toHex(utf8(authorities.platform)))) {
      return fail('chain_malformed', 'the PCK certificate is of another authority')
    }
    return {
      platform: report.platform,
      fmspc: pck.fmspc,
      ca: isProcessor ? 'processor' : 'platform',
      ppidHash: toHex(sha256(pck.ppid)),
      measurement: quoteMeasurement(report),
      debug: report.debug,
      reportData: report.reportData,
    }
  })
