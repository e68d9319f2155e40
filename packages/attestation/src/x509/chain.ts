/**
 * Certificate chains and CRLs as RFC 5280 §6 judges them, for the closed PKIs of makers of
 * platforms: no name constraints, no policies, one kind of key each, a root that is pinned.
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { attempt, type ErrorCode, fail } from '@holdfast/base/errors'
import { extensionOids } from '@holdfast/base/x509'
import {
  authorityOf,
  extensionOf,
  type ParsedCertificate,
  type ParsedCrl,
  parseCertificate,
  parseCrl,
} from '@holdfast/base/x509-reader'

/** What one maker's PKI is like. */
export type ChainProfile = {
  /** Whether key and signature algorithm are of the kind that stands `index` above the leaf. */
  isOfKind(certificate: ParsedCertificate, index: number): boolean
  /** Whether `issuer` signed these bytes. */
  verify(signed: { tbs: Bytes; signature: Bytes }, issuer: ParsedCertificate): boolean
  /** Chains whose signatures another part verifies (dcap-qvl) are not verified twice. */
  readonly signaturesElsewhere?: boolean
  /** Makers whose leaves say nothing about their use. */
  readonly leafWithoutUsage?: boolean
}

const usageBytes = { digitalSignature: 0x80, keyCertSign: 0x04, cRLSign: 0x02 } as const

const mayUse = (certificate: ParsedCertificate, usage: keyof typeof usageBytes): boolean => {
  const extension = extensionOf(certificate, extensionOids.keyUsage)
  return extension !== undefined && ((extension.value[3] ?? 0) & usageBytes[usage]) !== 0
}

const known: ReadonlySet<string> = new Set([extensionOids.keyUsage, extensionOids.basicConstraints])

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
  if (code !== undefined) fail(code, 'a part of the evidence is not in force', what)
}

type ChainOptions = {
  readonly isRoot: (der: Bytes) => boolean
  readonly profile: ChainProfile
  readonly nowMs: number
  readonly what: string
}

/** What holds of a certificate that stands `index` above the leaf. */
const checkCertificate = (
  certificate: ParsedCertificate,
  index: number,
  { profile, nowMs, what }: ChainOptions,
): void => {
  if (!profile.isOfKind(certificate, index)) {
    fail('chain_invalid', 'a certificate has another kind of key or signature', what)
  }
  if (certificate.extensions.some(({ oid, critical }) => critical && !known.has(oid))) {
    fail('chain_invalid', 'a certificate has a critical extension that is not known', what)
  }
  const { notBeforeMs: fromMs, notAfterMs: untilMs } = certificate
  checkPeriod({ fromMs, untilMs, nowMs, what })
  const { ca, pathLength } = authorityOf(certificate)
  if (ca !== index > 0) fail('chain_invalid', 'a certificate has the wrong authority', what)
  const usage = ca ? 'keyCertSign' : 'digitalSignature'
  if (!mayUse(certificate, usage) && !(index === 0 && profile.leafWithoutUsage === true)) {
    fail('chain_invalid', 'a certificate may not be used so', what)
  }
  if (pathLength !== undefined && pathLength < index - 1) {
    fail('chain_invalid', 'the chain is longer than a certificate allows', what)
  }
}

/**
 * `untrusted` as certificates that hold together, leaf first, ending in a root that `isRoot`
 * takes. Refusals: `chain_malformed`, `chain_invalid`, `unknown_root`, `collateral_expired`,
 * `collateral_not_yet_valid`.
 */
export const checkChain = (
  untrusted: readonly Bytes[],
  options: ChainOptions,
): readonly ParsedCertificate[] => {
  const { isRoot, profile, what } = options
  const chain = untrusted.map((der) => {
    const parsed = attempt(() => parseCertificate(der))
    return parsed.ok ? parsed.value : fail('chain_malformed', parsed.refusal.detail, what)
  })
  const root = chain.at(-1)
  if (root === undefined) return fail('chain_malformed', 'the chain is empty', what)
  if (!isRoot(root.der)) fail('unknown_root', 'the chain ends in another root certificate', what)
  if (chain.slice(0, -1).some((certificate) => isRoot(certificate.der))) {
    fail('chain_invalid', 'the root stands twice', what)
  }
  chain.forEach((certificate, index) => {
    checkCertificate(certificate, index, options)
    const issuer = chain[index + 1] ?? certificate
    if (!equalBytes(certificate.issuer, issuer.subject)) {
      fail('chain_invalid', 'a certificate names another issuer', what)
    }
    if (profile.signaturesElsewhere !== true && !profile.verify(certificate, issuer)) {
      fail('chain_invalid', 'a certificate is not signed by its issuer', what)
    }
  })
  return chain
}

/**
 * A CRL in force, signed by that issuer. Refusals: `collateral_malformed`, `_mismatch`,
 * `_signature`, `_expired`, `_not_yet_valid`.
 */
export const checkCrl = (
  untrusted: Bytes,
  options: {
    readonly issuer: ParsedCertificate
    readonly profile: ChainProfile
    readonly nowMs: number
    readonly what: string
  },
): ParsedCrl => {
  const { issuer, profile, nowMs, what } = options
  const parsed = attempt(() => parseCrl(untrusted))
  if (!parsed.ok) return fail('collateral_malformed', parsed.refusal.detail, what)
  const crl = parsed.value
  if (!equalBytes(crl.issuer, issuer.subject)) {
    fail('collateral_mismatch', 'the CRL is of another issuer', what)
  }
  if (
    !equalBytes(crl.algorithmDer, issuer.algorithmDer) ||
    !mayUse(issuer, 'cRLSign') ||
    !profile.verify(crl, issuer)
  ) {
    fail('collateral_signature', 'the signature of the CRL does not verify', what)
  }
  checkPeriod({ fromMs: crl.thisUpdateMs, untilMs: crl.nextUpdateMs, nowMs, what })
  return crl
}
