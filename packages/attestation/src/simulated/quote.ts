/** Genuine DCAP version 3 quotes of a simulated machine, byte for byte in Intel's layout. */
import { type Bytes, concat, fromBase64Url, fromHex, utf8 } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import { sha256 } from '@noble/hashes/sha2.js'
import { toPemChain } from '../pem.ts'
import * as layout from '../sgx/layout.ts'
import { p256Point, p256Signer } from './p256.ts'
import { type SimulatedPlatform, simulatedCpuSvn, simulatedPceSvn } from './platform.ts'
import { fixedValue } from './root.ts'

/** The simulated quoting enclave, as its identity in the collateral describes it. */
export const simulatedQe = {
  mrSigner: fixedValue('holdfast simulated quoting enclave signer', 32),
  mrEnclave: fixedValue('holdfast simulated quoting enclave', 32),
  isvProdId: 1,
  isvSvn: 8,
  svn: 8,
} as const

/** What an enclave's report says; values that are absent are zero. */
export type SimulatedReport = {
  /** 32 bytes. */
  readonly mrEnclave: Bytes
  readonly mrSigner?: Bytes
  readonly isvProdId?: number
  readonly isvSvn?: number
  readonly debug?: boolean
  /** 64 bytes. */
  readonly reportData: Bytes
}

const encodeReport = (content: SimulatedReport): Bytes => {
  assert(content.mrEnclave.length === 32, 'MRENCLAVE has 32 bytes')
  assert(content.reportData.length === 64, 'report data has 64 bytes')
  const body = new Uint8Array(layout.reportLength)
  const view = new DataView(body.buffer)
  const { init, mode64, debug } = layout.attributeBits
  body.set(simulatedCpuSvn, layout.report.cpuSvn)
  body[layout.report.attributes] = init | mode64 | (content.debug === true ? debug : 0)
  // XFRM: x87 and SSE, the least that an enclave may have.
  body[layout.report.attributes + 8] = 0x03
  body.set(content.mrEnclave, layout.report.mrEnclave)
  body.set(content.mrSigner ?? new Uint8Array(32), layout.report.mrSigner)
  view.setUint16(layout.report.isvProdId, content.isvProdId ?? 0, true)
  view.setUint16(layout.report.isvSvn, content.isvSvn ?? 0, true)
  body.set(content.reportData, layout.report.reportData)
  return body
}

const encodeHeader = (): Bytes => {
  const bytes = new Uint8Array(layout.headerLength)
  const view = new DataView(bytes.buffer)
  view.setUint16(layout.header.version, 3, true)
  view.setUint16(layout.header.attestationKeyType, layout.attestationKeyType, true)
  view.setUint32(layout.header.teeType, layout.teeType.sgx, true)
  view.setUint16(layout.header.qeSvn, simulatedQe.svn, true)
  view.setUint16(layout.header.pceSvn, simulatedPceSvn, true)
  bytes.set(fromHex(layout.qeVendorId), layout.header.qeVendorId)
  return bytes
}

/** `value` as little-endian bytes. */
const little = (value: number, length: number): Bytes =>
  Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) & 0xff)

/** 32 bytes that real quoting enclaves fill with 00 01 02 …; covered by the QE report's hash. */
const qeAuthenticationData = Uint8Array.from({ length: 32 }, (_, index) => index)

/**
 * A quote of an enclave on that machine.
 *
 *     simulatedQuote(platform, { mrEnclave, reportData: reportDataOf(identityBytes) })
 */
export const simulatedQuote = (platform: SimulatedPlatform, content: SimulatedReport): Bytes => {
  const signed = concat(encodeHeader(), encodeReport(content))
  const attestationKey = fromBase64Url(platform.attestationKey)
  const attestationPoint = p256Point(attestationKey).slice(1)
  const qeReport = encodeReport({
    ...simulatedQe,
    reportData: concat(sha256(concat(attestationPoint, qeAuthenticationData)), new Uint8Array(32)),
  })
  const chain = utf8(toPemChain(platform.pckCertificateChain.map(fromBase64Url)))
  const authentication = concat(
    p256Signer(attestationKey)(signed),
    attestationPoint,
    qeReport,
    p256Signer(fromBase64Url(platform.pckKey))(qeReport),
    little(qeAuthenticationData.length, 2),
    qeAuthenticationData,
    little(layout.pckCertificateChain, 2),
    little(chain.length, 4),
    chain,
  )
  return concat(signed, little(authentication.length, 4), authentication)
}
