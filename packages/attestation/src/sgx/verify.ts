/** Verifies a DCAP quote (SGX or TDX) and its collateral under a root that the caller trusts. */
import { type Bytes, concat, equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import type { DcapCollateral } from '@holdfast/base/collateral'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import type { TcbStatus } from '@holdfast/base/tcb-status'
import type { ParsedCertificate } from '@holdfast/base/x509-reader'
import { sha256 } from '@noble/hashes/sha2.js'
import { parsePemChain } from '../pem.ts'
import { checkTdxModule, convergeTcb } from '../tdx/module.ts'
import { checkChain, checkCrl, checkPeriod } from '../x509/chain.ts'
import { intelProfile as profile } from '../x509/profiles.ts'
import { verifyByLibrary } from './library.ts'
import { pckIdentityOf } from './pck.ts'
import { type ParsedQuote, parseQuote, type SgxReport, type TdxReport } from './quote.ts'
import { parseQeIdentity, parseTcbInfo } from './tcb.ts'

/** What a quote proves. Never of a debug enclave: those are refused. */
export type QuoteVerdict = {
  readonly platform: 'sgx' | 'tdx'
  readonly report: SgxReport | TdxReport
  readonly tcbStatus: TcbStatus
  readonly advisoryIds: readonly string[]
  /** The lower of TCB info's and QE identity's. */
  readonly tcbEvaluationDataNumber: number
  /** SHA-256 of the PPID in the PCK certificate, hexadecimal. */
  readonly ppidHash: string
  readonly fmspc: string
  /** When the first part of the collateral or of its certificates expires. */
  readonly collateralExpiresAtMs: number
}

export type QuoteInput = {
  readonly quote: Bytes
  readonly collateral: DcapCollateral
  /** DER of the root certificate. */
  readonly rootCa: Bytes
  readonly nowMs: number
}

type Checked = Pick<
  QuoteVerdict,
  'tcbEvaluationDataNumber' | 'ppidHash' | 'fmspc' | 'collateralExpiresAtMs'
> & { readonly tcbInfo: ReturnType<typeof parseTcbInfo> }

const readChain = (text: string, what: string): readonly Bytes[] => {
  const parsed = attempt(() => parsePemChain(text))
  return parsed.ok ? parsed.value : fail('chain_malformed', parsed.refusal.detail, what)
}

const isRoot =
  (rootCa: Bytes) =>
  (der: Bytes): boolean =>
    equalBytes(der, rootCa)

/** The two issuers of the collateral: [TCB signing, root] of both JSON texts. */
const checkIssuers = ({ collateral, rootCa, nowMs }: QuoteInput): ParsedCertificate[] =>
  (['tcbInfoIssuerChain', 'qeIdentityIssuerChain'] as const).map((part) => {
    const what = part === 'tcbInfoIssuerChain' ? 'TCB info issuer' : 'QE identity issuer'
    const chain = checkChain(readChain(collateral[part], what), {
      isRoot: isRoot(rootCa),
      profile,
      nowMs,
      what,
    })
    const [leaf] = chain
    if (leaf === undefined || chain.length !== 2) {
      return fail('chain_invalid', 'the chain has another length', what)
    }
    return leaf
  })

/** Dates and bindings of the signed JSON texts, which the library then verifies. */
const checkTexts = (input: QuoteInput, quote: ParsedQuote, leaf: ParsedCertificate) => {
  const tcbInfo = parseTcbInfo(input.collateral.tcbInfo)
  const qeIdentity = parseQeIdentity(input.collateral.qeIdentity)
  for (const [part, what] of [
    [tcbInfo, 'TCB info'],
    [qeIdentity, 'QE identity'],
  ] as const) {
    const fromMs = Date.parse(part.issueDate)
    checkPeriod({ fromMs, untilMs: Date.parse(part.nextUpdate), nowMs: input.nowMs, what })
  }
  const pck = pckIdentityOf(leaf)
  if (
    tcbInfo.fmspc.toLowerCase() !== pck.fmspc ||
    tcbInfo.pceId.toLowerCase() !== pck.pceId ||
    tcbInfo.id !== (quote.report.platform === 'sgx' ? 'SGX' : 'TDX')
  ) {
    fail('collateral_mismatch', 'the TCB info is of another kind of platform', 'TCB info')
  }
  if (qeIdentity.id !== (quote.report.platform === 'sgx' ? 'QE' : 'TD_QE')) {
    fail('collateral_mismatch', 'the QE identity is of another kind of platform', 'QE identity')
  }
  return { tcbInfo, qeIdentity, pck }
}

/** All that the library does not check: names, authority, dates, CRLs, whose collateral it is. */
const checkAround = (input: QuoteInput, quote: ParsedQuote): Checked => {
  const { collateral, rootCa, nowMs } = input
  const chain = checkChain(quote.pckChain, {
    isRoot: isRoot(rootCa),
    profile,
    nowMs,
    what: 'PCK certificate chain',
  })
  const [leaf, ca, root] = chain
  if (leaf === undefined || ca === undefined || root === undefined || chain.length !== 3) {
    return fail('chain_invalid', 'the chain has another length', 'PCK certificate chain')
  }
  const issuers = checkIssuers(input)
  const crlIssuers = readChain(collateral.pckCrlIssuerChain, 'PCK CRL issuer')
  if (!equalBytes(concat(...crlIssuers), concat(ca.der, root.der))) {
    fail('collateral_mismatch', 'the CRL is of another authority', 'PCK CRL issuer')
  }
  const rootCrl = checkCrl(fromHex(collateral.rootCaCrl), {
    issuer: root,
    profile,
    nowMs,
    what: 'root CRL',
  })
  const pckCrl = checkCrl(fromHex(collateral.pckCrl), {
    issuer: ca,
    profile,
    nowMs,
    what: 'PCK CRL',
  })
  if (pckCrl.revoked.has(leaf.serial)) {
    fail('platform_revoked', 'the PCK certificate is revoked', 'PCK certificate')
  }
  for (const certificate of [ca, root, ...issuers]) {
    if (rootCrl.revoked.has(certificate.serial)) {
      fail('platform_revoked', 'the root has revoked a certificate', 'root CRL')
    }
  }
  const { tcbInfo, qeIdentity, pck } = checkTexts(input, quote, leaf)
  return {
    tcbInfo,
    tcbEvaluationDataNumber: Math.min(
      tcbInfo.tcbEvaluationDataNumber,
      qeIdentity.tcbEvaluationDataNumber,
    ),
    ppidHash: toHex(sha256(pck.ppid)),
    fmspc: pck.fmspc,
    collateralExpiresAtMs: Math.min(
      ...[...chain, ...issuers].map((certificate) => certificate.notAfterMs),
      rootCrl.nextUpdateMs,
      pckCrl.nextUpdateMs,
      Date.parse(tcbInfo.nextUpdate),
      Date.parse(qeIdentity.nextUpdate),
    ),
  }
}

const verify = (input: QuoteInput): QuoteVerdict => {
  const quote = parseQuote(input.quote)
  const { tcbInfo, ...checked } = checkAround(input, quote)
  if (quote.qeDebug) fail('wrong_quoting_enclave', 'the quoting enclave runs in debug mode')
  const { tcbStatus, advisoryIds } = verifyByLibrary(input)
  if (quote.report.debug) fail('debug_enclave', 'debug mode is on')
  const { platform } = quote.report
  if (quote.report.platform === 'sgx') {
    return { platform, report: quote.report, tcbStatus, advisoryIds, ...checked }
  }
  const module = checkTdxModule(quote.report, tcbInfo)
  const converged = convergeTcb(tcbStatus, module.tcbStatus)
  if (converged === 'Revoked') fail('tcb_revoked', 'the TCB level of the TDX module is revoked')
  return {
    platform,
    report: quote.report,
    tcbStatus: converged,
    advisoryIds: [...new Set([...advisoryIds, ...module.advisoryIds])],
    ...checked,
  }
}

/**
 * Verifies a quote and its collateral at `nowMs`; synchronous. Refuses with one of the codes
 * `quote_*`, `chain_*`, `collateral_*`, `tcb_unknown`, `tcb_revoked`, `platform_revoked`,
 * `unknown_root`, `debug_enclave`, `wrong_quoting_enclave`, `wrong_attributes`, `wrong_tdx_module`.
 * Whether the TCB status and the enclave are wanted is the caller's to say.
 *
 *     const verdict = verifyQuote({ quote, collateral, rootCa: intelRootCa, nowMs })
 */
export const verifyQuote = (input: QuoteInput): Result<QuoteVerdict> => attempt(() => verify(input))
