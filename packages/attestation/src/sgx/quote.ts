/** Parses DCAP quotes strictly: SGX version 3, TDX versions 4 and 5; every length must add up. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { fail, RefusalError } from '@holdfast/base/errors'
import { quoteBytesMax } from '@holdfast/base/limits'
import { parsePemChain } from '../pem.ts'
import * as layout from './layout.ts'

export type SgxReport = {
  readonly platform: 'sgx'
  readonly attributes: string
  readonly mrEnclave: string
  readonly mrSigner: string
  readonly isvProdId: number
  readonly isvSvn: number
  readonly debug: boolean
  readonly reportData: Bytes
}

export type TdxReport = {
  readonly platform: 'tdx'
  readonly teeTcbSvn: Bytes
  readonly mrSignerSeam: string
  readonly seamAttributes: string
  readonly tdAttributes: string
  readonly xfam: string
  readonly mrTd: string
  readonly mrConfigId: string
  readonly mrOwner: string
  readonly mrOwnerConfig: string
  readonly rtmrs: readonly [string, string, string, string]
  readonly debug: boolean
  readonly reportData: Bytes
}

export type ParsedQuote = {
  readonly version: 3 | 4 | 5
  readonly report: SgxReport | TdxReport
  /** Whether the quoting enclave itself runs in debug mode. */
  readonly qeDebug: boolean
  /** DER, leaf to root. */
  readonly pckChain: readonly Bytes[]
}

/** Reads forward and refuses to read past the end. */
const readerOf = (bytes: Bytes) => {
  let offset = 0
  const take = (length: number): Bytes => {
    if (offset + length > bytes.length) fail('quote_malformed', 'the quote ends early')
    offset += length
    return bytes.subarray(offset - length, offset)
  }
  const uint = (length: number): number =>
    take(length).reduce((value, byte, index) => value + byte * 256 ** index, 0)
  return { take, uint, rest: () => bytes.length - offset }
}
type Reader = ReturnType<typeof readerOf>

const uint16At = (bytes: Bytes, offset: number): number =>
  (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)

const parseSgxReport = (body: Bytes): SgxReport => {
  const at = layout.report
  return {
    platform: 'sgx',
    attributes: toHex(body.subarray(at.attributes, at.attributes + 16)),
    mrEnclave: toHex(body.subarray(at.mrEnclave, at.mrEnclave + 32)),
    mrSigner: toHex(body.subarray(at.mrSigner, at.mrSigner + 32)),
    isvProdId: uint16At(body, at.isvProdId),
    isvSvn: uint16At(body, at.isvSvn),
    debug: isDebug(body),
    reportData: body.slice(at.reportData, at.reportData + 64),
  }
}

const isDebug = (body: Bytes): boolean =>
  ((body[layout.report.attributes] as number) & layout.attributeBits.debug) !== 0

const parseTdxReport = (body: Bytes): TdxReport => {
  const at = layout.tdReport
  const hex = (offset: number, length: number): string =>
    toHex(body.subarray(offset, offset + length))
  return {
    platform: 'tdx',
    teeTcbSvn: body.slice(at.teeTcbSvn, at.teeTcbSvn + 16),
    mrSignerSeam: hex(at.mrSignerSeam, 48),
    seamAttributes: hex(at.seamAttributes, 8),
    tdAttributes: hex(at.tdAttributes, 8),
    xfam: hex(at.xfam, 8),
    mrTd: hex(at.mrTd, 48),
    mrConfigId: hex(at.mrConfigId, 48),
    mrOwner: hex(at.mrOwner, 48),
    mrOwnerConfig: hex(at.mrOwnerConfig, 48),
    rtmrs: [
      hex(at.rtmr0, 48),
      hex(at.rtmr0 + 48, 48),
      hex(at.rtmr0 + 96, 48),
      hex(at.rtmr0 + 144, 48),
    ],
    // TUD, the first byte of the TD attributes: any bit makes the TD untrusted.
    debug: body[at.tdAttributes] !== 0,
    reportData: body.slice(at.reportData, at.reportData + 64),
  }
}

const parseHeader = (reader: Reader): { version: 3 | 4 | 5; platform: 'sgx' | 'tdx' } => {
  const header = reader.take(layout.headerLength)
  const version = uint16At(header, layout.header.version)
  const keyType = uint16At(header, layout.header.attestationKeyType)
  const at = layout.header.teeType
  const tee = uint16At(header, at) + uint16At(header, at + 2) * 65_536
  const vendor = header.subarray(layout.header.qeVendorId, layout.header.qeVendorId + 16)
  if (keyType !== layout.attestationKeyType || toHex(vendor) !== layout.qeVendorId) {
    return fail('quote_unsupported', 'the attestation key or its maker is of another kind')
  }
  if (version === 3 && tee === layout.teeType.sgx) return { version, platform: 'sgx' }
  if ((version === 4 || version === 5) && tee === layout.teeType.tdx) {
    return { version, platform: 'tdx' }
  }
  return fail('quote_unsupported', 'only SGX version 3 and TDX versions 4 and 5 are supported')
}

const parseBody = (reader: Reader, version: 3 | 4 | 5): SgxReport | TdxReport => {
  if (version === 3) return parseSgxReport(reader.take(layout.reportLength))
  if (version === 4) return parseTdxReport(reader.take(layout.tdReport10Length))
  const type = reader.uint(2)
  const length = reader.uint(4)
  const expected = new Map<number, number>([
    [layout.bodyType.td10, layout.tdReport10Length],
    [layout.bodyType.td15, layout.tdReport15Length],
  ]).get(type)
  if (expected === undefined) return fail('quote_unsupported', 'the body is of another kind')
  if (length !== expected) return fail('quote_malformed', 'the body has another length')
  return parseTdxReport(reader.take(length))
}

/** The quoting enclave's report and the certification of its maker, to the end of `reader`. */
const parseCertification = (reader: Reader): Pick<ParsedQuote, 'qeDebug' | 'pckChain'> => {
  const qeReport = reader.take(layout.reportLength)
  reader.take(layout.signatureLength)
  reader.take(reader.uint(2))
  const type = reader.uint(2)
  const body = reader.take(reader.uint(4))
  if (reader.rest() !== 0) fail('quote_trailing_bytes', 'bytes stand behind the certification')
  if (type !== layout.pckCertificateChain) {
    fail('quote_unsupported', 'the quote does not carry its PCK certificate chain')
  }
  // Text of single bytes: PEM is ASCII and its parser takes nothing else.
  let text = ''
  for (const byte of body) text += String.fromCharCode(byte)
  return { qeDebug: isDebug(qeReport), pckChain: parseChain(text) }
}

const parseChain = (text: string): readonly Bytes[] => {
  try {
    return parsePemChain(text, { terminated: true })
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    return fail('quote_malformed', error.refusal.detail, 'PCK certificate chain')
  }
}

/** Parses a quote; refuses with `quote_malformed`, `_unsupported` or `_trailing_bytes`. */
export const parseQuote = (untrusted: Bytes): ParsedQuote => {
  if (untrusted.length > quoteBytesMax) fail('quote_malformed', 'the quote is too long')
  const reader = readerOf(untrusted)
  const { version } = parseHeader(reader)
  const report = parseBody(reader, version)
  const authentication = readerOf(reader.take(reader.uint(4)))
  if (reader.rest() !== 0) fail('quote_trailing_bytes', 'bytes stand behind the quote')
  authentication.take(layout.signatureLength + layout.publicKeyLength)
  if (version === 3) return { version, report, ...parseCertification(authentication) }
  if (authentication.uint(2) !== layout.qeReportCertificationData) {
    fail('quote_unsupported', 'the certification is of another kind')
  }
  const certification = readerOf(authentication.take(authentication.uint(4)))
  if (authentication.rest() !== 0) {
    fail('quote_trailing_bytes', 'bytes stand behind the certification')
  }
  return { version, report, ...parseCertification(certification) }
}

/**
 * The quote without the zero bytes that configfs-tsm and some quoting services pad it with. For
 * collectors and readers of files, before the bytes are used as evidence: the verifier takes none.
 */
export const withoutZeroPadding = (padded: Bytes): Bytes => {
  const reader = readerOf(padded)
  const { version } = parseHeader(reader)
  parseBody(reader, version)
  reader.take(reader.uint(4))
  const length = padded.length - reader.rest()
  return padded.subarray(length).every((byte) => byte === 0) ? padded.slice(0, length) : padded
}
