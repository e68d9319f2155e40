/**
 * Certificate chains and CRLs as RFC 5280 §6 judges them, for the closed profile of Intel's PKI:
 * P-256 only, no name constraints, no policies. dcap-qvl checks the chains' signatures; it does not
 * look at names, authority, key usage or unknown critical extensions, and of CRLs at nothing but
 * the serial numbers (and passes over those it cannot parse).
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { attempt, type ErrorCode, fail } from '@holdfast/base/errors'
import { algorithmOids, extensionOids, p256Spki } from '@holdfast/base/x509'
import {
  authorityOf,
  extensionOf,
  type ParsedCertificate,
  type ParsedCrl,
  parseCertificate,
  parseCrl,
} from '@holdfast/base/x509-reader'
import { p256 } from '@noble/curves/nist.js'

/** Whether a P-256 signature (DER) over SHA-256 verifies; false for what cannot be parsed. */
export const verifyP256 = (signature: Bytes, message: Bytes, point: Bytes): boolean => {
  try {
    return p256.verify(signature, message, point, { format: 'der', lowS: false })
  } catch {
    return false
  }
}

const usageBytes = { digitalSignature: 0x80, keyCertSign: 0x04, cRLSign: 0x02 } as const

const mayUse = (certificate: ParsedCertificate, usage: keyof typeof usageBytes): boolean => {
  const extension = extensionOf(certificate, extensionOids.keyUsage)
  return extension !== undefined && ((extension.value[3] ?? 0) & usageBytes[usage]) !== 0
}

const known: ReadonlySet<string> = new Set([extensionOids.keyUsage, extensionOids.basicConstraints])

/** What holds of every certificate, wherever it stands. */
const checkCertificate = (certificate: ParsedCertificate, nowMs: number, what: string): void => {
  if (
    certificate.algorithm !== algorithmOids['ecdsa-p256-sha256'] ||
    certificate.publicKey.length !== 65 ||
    certificate.publicKey[0] !== 4 ||
    !equalBytes(certificate.spki, p256Spki(certificate.publicKey))
  ) {
    fail('chain_invalid', 'a certificate is not of P-256', what)
  }
  if (certificate.extensions.some(({ oid, critical }) => critical && !known.has(oid))) {
    fail('chain_invalid', 'a certificate has a critical extension that is not known', what)
  }
  if (nowMs < certificate.notBeforeMs) {
    fail('collateral_not_yet_valid', 'a certificate is not valid yet', what)
  }
  if (nowMs > certificate.notAfterMs) fail('collateral_expired', 'a certificate has expired', what)
}

/** `untrusted` as certificates that hold together, leaf first, ending in `rootCa` itself. */
export const checkChain = (
  untrusted: readonly Bytes[],
  options: { readonly rootCa: Bytes; readonly nowMs: number; readonly what: string },
): readonly ParsedCertificate[] => {
  const { rootCa, nowMs, what } = options
  const chain = untrusted.map((der) => {
    const parsed = attempt(() => parseCertificate(der))
    return parsed.ok ? parsed.value : fail('chain_malformed', parsed.refusal.detail, what)
  })
  const root = chain.at(-1)
  if (root === undefined) return fail('chain_malformed', 'the chain is empty', what)
  if (!equalBytes(root.der, rootCa)) {
    fail('unknown_root', 'the chain ends in another root certificate', what)
  }
  chain.forEach((certificate, index) => {
    checkCertificate(certificate, nowMs, what)
    const issuer = chain[index + 1] ?? certificate
    if (!equalBytes(certificate.issuer, issuer.subject)) {
      fail('chain_invalid', 'a certificate names another issuer', what)
    }
    const { ca, pathLength } = authorityOf(certificate)
    if (ca !== index > 0) fail('chain_invalid', 'a certificate has the wrong authority', what)
    const usage = ca ? 'keyCertSign' : 'digitalSignature'
    if (!mayUse(certificate, usage)) {
      fail('chain_invalid', 'a certificate may not be used so', what)
    }
    if (pathLength !== undefined && pathLength < index - 1) {
      fail('chain_invalid', 'the chain is longer than a certificate allows', what)
    }
  })
  return chain
}

/** A CRL in force, signed by that issuer. */
export const checkCrl = (
  untrusted: Bytes,
  options: {
    readonly issuer: ParsedCertificate
    readonly nowMs: number
    readonly what: string
  },
): ParsedCrl => {
  const { issuer, nowMs, what } = options
  const parsed = attempt(() => parseCrl(untrusted))
  if (!parsed.ok) return fail('collateral_malformed', parsed.refusal.detail, what)
  const crl = parsed.value
  if (!equalBytes(crl.issuer, issuer.subject)) {
    fail('collateral_mismatch', 'the CRL is of another issuer', what)
  }
  if (
    crl.algorithm !== algorithmOids['ecdsa-p256-sha256'] ||
    !mayUse(issuer, 'cRLSign') ||
    !verifyP256(crl.signature, crl.tbs, issuer.publicKey)
  ) {
    fail('collateral_signature', 'the signature of the CRL does not verify', what)
  }
  checkPeriod({ fromMs: crl.thisUpdateMs, untilMs: crl.nextUpdateMs, nowMs, what })
  return crl
}

/** Refuses what is not in force at `nowMs`. */
export const checkPeriod = (period: {
  readonly fromMs: number
  readonly untilMs: number
  readonly nowMs: number
  readonly what: string
}): void => {
  const { fromMs, untilMs, nowMs, what } = period
  const code: ErrorCode | undefined =
    nowMs < fromMs ? 'collateral_not_yet_valid' : nowMs > untilMs ? 'collateral_expired' : undefined
  if (code !== undefined) fail(code, 'a part of the collateral is not in force', what)
}
