/**
 * @phala/dcap-qvl behind our own interface: it verifies the signatures of chains, collateral, QE
 * report and quote, binds the attestation key, judges the quoting enclave and matches TCB levels.
 */
// Ambient, so that the packages which compile this file see it too; it cannot be imported.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./dcap-qvl.d.ts" />
import type { Bytes } from '@holdfast/base/bytes'
import type { DcapCollateral } from '@holdfast/base/collateral'
import { type ErrorCode, fail } from '@holdfast/base/errors'
import { type TcbStatus, tcbStatuses } from '@holdfast/base/tcb-status'
import { extractCerts } from '@phala/dcap-qvl/src/utils.js'
import { QuoteVerifier } from '@phala/dcap-qvl/src/verify.js'
import { toPem } from '../pem.ts'

/** How its messages begin → code and our own words; what is not here is `quote_invalid`. */
const messages: readonly (readonly [begins: string, code: ErrorCode, detail: string])[] = [
  ['Signature is invalid for tcb_info', 'collateral_signature', 'the TCB info is not signed'],
  ['Signature is invalid for qe_identity', 'collateral_signature', 'the QE identity is not signed'],
  ['Signature is invalid for qe_report', 'quote_signature', 'the PCK did not sign the QE report'],
  ['QE report hash mismatch', 'quote_signature', 'the attestation key is not the QE’s'],
  ['ISV enclave report signature', 'quote_signature', 'the attestation key did not sign the quote'],
  ['Failed to verify certificate chain', 'chain_invalid', 'a certificate is not signed'],
  ['Certificate is revoked', 'platform_revoked', 'a certificate is revoked'],
  ['Fmspc mismatch', 'collateral_mismatch', 'the TCB info is of another kind of platform'],
  ['No matching TCB level', 'tcb_unknown', 'no TCB level fits the platform'],
  ['TCB status is invalid', 'tcb_revoked', 'the TCB level of the platform is revoked'],
  ['QE ISVSVN', 'tcb_unknown', 'no TCB level fits the quoting enclave'],
  ['QE ', 'wrong_quoting_enclave', 'the quoting enclave is not the one in the collateral'],
  ['Debug mode is enabled', 'debug_enclave', 'debug mode is on'],
  ['Reserved bits', 'wrong_attributes', 'reserved TD attributes are set'],
  ['SEPT_VE_DISABLE', 'wrong_attributes', 'the TD may be sent exceptions by its host'],
  ['Invalid mr service td', 'wrong_attributes', 'a service TD is bound'],
]

const isTcbStatus = (text: string): text is TcbStatus =>
  (tcbStatuses as readonly string[]).includes(text)

export const verifyByLibrary = (options: {
  readonly quote: Bytes
  readonly collateral: DcapCollateral
  readonly rootCa: Bytes
  readonly nowMs: number
}): { readonly tcbStatus: TcbStatus; readonly advisoryIds: readonly string[] } => {
  const { quote, collateral, rootCa, nowMs } = options
  // The library wants its own kind of buffer, which its PEM reader makes.
  const [root] = extractCerts(toPem(rootCa))
  if (root === undefined) return fail('unknown_root', 'the root certificate cannot be read')
  const verified = untrustedCall(() =>
    QuoteVerifier.newWithRootCa(root).verify(
      quote,
      {
        tcb_info: collateral.tcbInfo,
        tcb_info_signature: collateral.tcbInfoSignature,
        tcb_info_issuer_chain: collateral.tcbInfoIssuerChain,
        qe_identity: collateral.qeIdentity,
        qe_identity_signature: collateral.qeIdentitySignature,
        qe_identity_issuer_chain: collateral.qeIdentityIssuerChain,
        pck_crl: collateral.pckCrl,
        pck_crl_issuer_chain: collateral.pckCrlIssuerChain,
        root_ca_crl: collateral.rootCaCrl,
        // Never `pck_certificate_chain`: the library would prefer it to the quote's own chain.
      },
      nowMs / 1000,
    ),
  )
  return isTcbStatus(verified.status)
    ? { tcbStatus: verified.status, advisoryIds: [...verified.advisory_ids] }
    : fail('tcb_unknown', 'the TCB status is not one that is known')
}

/** Every exception of the library is a refusal; its text stays here. */
const untrustedCall = <Value>(call: () => Value): Value => {
  try {
    return call()
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const found = messages.find(([begins]) => message.startsWith(begins))
    return found === undefined
      ? fail('quote_invalid', 'the quote does not verify')
      : fail(found[1], found[2])
  }
}
