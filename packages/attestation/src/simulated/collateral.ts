/** Collateral under a simulated root: TCB info v3, QE identity v2 and CRLs, freshly signed. */
import { type Bytes, fromBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import type { DcapCollateral } from '@holdfast/base/collateral'
import type { TcbStatus } from '@holdfast/base/tcb-status'
import * as x509 from '@holdfast/base/x509'
import { toPemChain } from '../pem.ts'
import { p256Point, p256Signer } from './p256.ts'
import { simulatedCpuSvn, simulatedFmspc, simulatedPceId, simulatedPceSvn } from './platform.ts'
import { simulatedQe } from './quote.ts'
import { keyIdentifier, platformCaName, rootName, type SimulatedRoot } from './root.ts'

/** How long before `nowMs` it says it was issued: the clocks of a mesh may differ. */
const graceMs = 3_600_000

/** Absent: an up-to-date machine, nothing revoked, 30 days from `nowMs` as Intel gives. */
export type SimulatedCollateral = {
  readonly nowMs: number
  readonly lifetimeMs?: number
  readonly tcbStatus?: TcbStatus
  readonly advisoryIds?: readonly string[]
  readonly tcbEvaluationDataNumber?: number
  readonly qeTcbStatus?: TcbStatus
  readonly fmspc?: string
  readonly pceId?: string
  /** Serial numbers of PCK certificates (hexadecimal) that are revoked. */
  readonly revokedPcks?: readonly string[]
  /** Serial numbers of CA and signing certificates that the root has revoked. */
  readonly revokedByRoot?: readonly string[]
}

/** The default of simulated collateral and the natural minimum of a simulated manifest. */
export const simulatedTcbEvaluationDataNumber = 17

/** Whole seconds, as Intel writes them. */
const rfc3339 = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`

const upper = (bytes: Bytes): string => toHex(bytes).toUpperCase()

const tcbInfoText = (options: SimulatedCollateral, nextUpdateMs: number): string => {
  const status = options.tcbStatus ?? 'UpToDate'
  const level = (svns: readonly number[], tcbStatus: TcbStatus, advisories: readonly string[]) => ({
    tcb: { sgxtcbcomponents: svns.map((svn) => ({ svn })), pcesvn: simulatedPceSvn },
    tcbDate: rfc3339(options.nowMs - 86_400_000),
    tcbStatus,
    ...(advisories.length === 0 ? {} : { advisoryIDs: advisories }),
  })
  const own = [...simulatedCpuSvn]
  const newer = own.map((svn, index) => (index === 0 ? svn + 1 : svn))
  return JSON.stringify({
    id: 'SGX',
    version: 3,
    issueDate: rfc3339(options.nowMs - graceMs),
    nextUpdate: rfc3339(nextUpdateMs),
    fmspc: (options.fmspc ?? simulatedFmspc).toUpperCase(),
    pceId: options.pceId ?? simulatedPceId,
    tcbType: 0,
    tcbEvaluationDataNumber: options.tcbEvaluationDataNumber ?? simulatedTcbEvaluationDataNumber,
    tcbLevels: [
      ...(status === 'UpToDate' ? [] : [level(newer, 'UpToDate', [])]),
      level(own, status, options.advisoryIds ?? []),
    ],
  })
}

const qeIdentityText = (options: SimulatedCollateral, nextUpdateMs: number): string =>
  JSON.stringify({
    id: 'QE',
    version: 2,
    issueDate: rfc3339(options.nowMs - graceMs),
    nextUpdate: rfc3339(nextUpdateMs),
    tcbEvaluationDataNumber: options.tcbEvaluationDataNumber ?? simulatedTcbEvaluationDataNumber,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '05000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: upper(simulatedQe.mrSigner),
    isvprodid: simulatedQe.isvProdId,
    tcbLevels: [
      {
        tcb: { isvsvn: simulatedQe.isvSvn },
        tcbDate: rfc3339(options.nowMs - 86_400_000),
        tcbStatus: options.qeTcbStatus ?? 'UpToDate',
      },
    ],
  })

/** Collateral as a PCCS would answer it at `nowMs`. */
export const simulatedCollateral = (
  root: SimulatedRoot,
  options: SimulatedCollateral,
): DcapCollateral => {
  const { nowMs } = options
  const nextUpdateMs = nowMs + (options.lifetimeMs ?? 30 * 86_400_000)
  const crl = (issuer: x509.Name, key: Bytes, serials: readonly string[]): string =>
    toHex(
      x509.buildCrl({
        issuer,
        thisUpdateMs: nowMs - graceMs,
        nextUpdateMs,
        crlNumber: 1,
        revoked: serials.map((serial) => ({ serial, atMs: nowMs - graceMs })),
        extensions: [x509.authorityKeyIdentifier(keyIdentifier(p256Point(key)))],
        algorithm: 'ecdsa-p256-sha256',
        sign: p256Signer(key),
      }),
    )
  const pem = (certificate: string): string =>
    toPemChain([fromBase64Url(certificate), fromBase64Url(root.rootCertificate)])
  const signTcb = p256Signer(fromBase64Url(root.tcbSigningKey))
  const tcbInfo = tcbInfoText(options, nextUpdateMs)
  const qeIdentity = qeIdentityText(options, nextUpdateMs)
  return {
    tcbInfo,
    tcbInfoSignature: toHex(signTcb(utf8(tcbInfo))),
    tcbInfoIssuerChain: pem(root.tcbSigningCertificate),
    qeIdentity,
    qeIdentitySignature: toHex(signTcb(utf8(qeIdentity))),
    qeIdentityIssuerChain: pem(root.tcbSigningCertificate),
    pckCrl: crl(platformCaName, fromBase64Url(root.platformCaKey), options.revokedPcks ?? []),
    pckCrlIssuerChain: pem(root.platformCaCertificate),
    rootCaCrl: crl(rootName, fromBase64Url(root.rootKey), options.revokedByRoot ?? []),
  }
}
