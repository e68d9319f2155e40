/** Verifies AMD SEV-SNP evidence: report, VCEK, ASK and ARK, under AMD's pinned roots. */
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import {
  type SnpPolicy,
  type SnpProduct,
  type SnpTcb,
  snpPlatformFeatures,
} from '@holdfast/base/snp-policy'
import { p384 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { checkChain, checkCrl } from '../x509/chain.ts'
import { amdProfile as profile } from '../x509/profiles.ts'
import { parseSnpReport, type SnpReport, snpSignedLength } from './report.ts'
import { vcekOf } from './vcek.ts'

/** The strictest that ordinary hosts fulfil: SMT is on almost everywhere. */
export const defaultSnpPolicy: SnpPolicy = {
  minTcb: { Milan: { bootloader: 0, tee: 0, snp: 0, microcode: 0 } },
  minGuestSvn: 0,
  maxVmpl: 0,
  allowSmt: true,
  allowMigrationAgent: false,
}

/**
 * SHA-256 of AMD's root certificates (ARK), by product, as served by AMD's Key Distribution
 * Service at https://kdsintf.amd.com/vcek/v1/{product}/cert_chain.
 */
export const amdRoots: Readonly<Record<SnpProduct, string>> = {
  Milan: '69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd',
}

export type SnpInput = {
  readonly report: Bytes
  /** DER: VCEK, ASK, ARK. */
  readonly chain: readonly Bytes[]
  readonly nowMs: number
  readonly policy?: SnpPolicy
  /** AMD's CRL for the product (DER); in a mesh it is always there. */
  readonly crl?: Bytes
  /** SHA-256 of root certificates by product; AMD's where absent. */
  readonly roots?: Readonly<Record<string, string>>
}

export type SnpVerdict = {
  readonly platform: 'snp'
  readonly product: string
  readonly report: SnpReport
  /** SHA-256 of the chip id, hexadecimal: what an inventory lists. */
  readonly chipIdHash: string
  /** When the first of the certificates and the CRL expires. */
  readonly collateralExpiresAtMs: number
  /** When AMD issued the CRL. */
  readonly crlIssuedAtMs?: number
}

const components = ['bootloader', 'tee', 'snp', 'microcode'] as const

/** In the order of AMD's own tools. */
export const snpTcbText = (tcb: SnpTcb): string =>
  components.map((component) => `${component} ${tcb[component]}`).join(', ')

const isAtLeast = (tcb: SnpTcb, least: SnpTcb): boolean =>
  components.every((component) => tcb[component] >= least[component])

const checkGuest = (report: SnpReport, policy: SnpPolicy): void => {
  if (report.policy.debugAllowed) fail('debug_enclave', 'the guest may be debugged')
  const { authorKeyDigests: authors, platform = [] } = policy
  const rules: readonly (readonly [holds: boolean, what: string])[] = [
    [report.vmpl <= policy.maxVmpl, 'VMPL'],
    [policy.allowSmt || !report.policy.smtAllowed, 'SMT'],
    [policy.allowMigrationAgent || !report.policy.migrationAgentAllowed, 'migration agent'],
    [report.guestSvn >= policy.minGuestSvn, 'guest SVN'],
    [
      authors === undefined || (report.hasAuthorKey && authors.includes(report.authorKeyDigest)),
      'author key',
    ],
    ...platform.map((feature): readonly [boolean, string] => [
      ((report.platformInfo >> snpPlatformFeatures[feature]) & 1) === 1,
      feature,
    ]),
  ]
  for (const [holds, what] of rules) {
    if (!holds) fail('wrong_attributes', 'the policy of the guest is not allowed', what)
  }
}

const checkTcb = (report: SnpReport, least: SnpTcb | undefined): void => {
  if (least === undefined) {
    return fail('tcb_not_allowed', 'no TCB of this product is allowed', 'TCB')
  }
  for (const tcb of [report.reportedTcb, report.launchTcb]) {
    if (isAtLeast(tcb, least)) continue
    const seen = `${snpTcbText(tcb)}; at least ${snpTcbText(least)}`
    fail('tcb_not_allowed', `the TCB of the platform is too old: ${seen}`, 'TCB')
  }
  // Firmware may be newer than what it reports and than what is committed, never older.
  if (
    !isAtLeast(report.currentTcb, report.reportedTcb) ||
    !isAtLeast(report.currentTcb, report.committedTcb)
  ) {
    fail('quote_invalid', 'the TCB versions of the report contradict each other', 'TCB')
  }
}

const verifySignature = (report: SnpReport, signed: Bytes, point: Bytes): boolean => {
  try {
    return p384.verify(report.signature, signed, point, { lowS: false })
  } catch {
    return false
  }
}

const checkAuthorities = (input: SnpInput) => {
  const { nowMs, roots = amdRoots } = input
  const fingerprints = Object.values(roots)
  const isRoot = (der: Bytes): boolean => fingerprints.includes(toHex(sha256(der)))
  const chain = checkChain(input.chain, { isRoot, profile, nowMs, what: 'VCEK chain' })
  const [leaf, ask, ark] = chain
  if (leaf === undefined || ask === undefined || ark === undefined || chain.length !== 3) {
    return fail('chain_invalid', 'the chain has another length', 'VCEK chain')
  }
  const vcek = vcekOf(leaf)
  const [product = ''] = vcek.product.split('-')
  if (roots[product as SnpProduct] !== toHex(sha256(ark.der))) {
    fail('unknown_root', 'the root is of another product', 'VCEK chain')
  }
  const expiresAtMs = Math.min(...chain.map((certificate) => certificate.notAfterMs))
  const checked = { leaf, vcek, product: product as SnpProduct, expiresAtMs }
  if (input.crl === undefined) return checked
  const crl = checkCrl(input.crl, { issuer: ark, profile, nowMs, what: 'AMD CRL' })
  if (crl.revoked.has(ask.serial) || crl.revoked.has(ark.serial)) {
    fail('platform_revoked', 'AMD has revoked an authority', 'AMD CRL')
  }
  return {
    ...checked,
    expiresAtMs: Math.min(expiresAtMs, crl.nextUpdateMs),
    crlIssuedAtMs: crl.thisUpdateMs,
  }
}

const verify = (input: SnpInput): SnpVerdict => {
  const { policy = defaultSnpPolicy } = input
  const report = parseSnpReport(input.report)
  const { leaf, vcek, product, expiresAtMs, ...crl } = checkAuthorities(input)
  if (/^0+$/.test(report.chipId)) {
    fail('chip_id_masked', 'the host hides the id of its chip', 'chip id')
  }
  if (vcek.chipId !== report.chipId) {
    fail('collateral_mismatch', 'the VCEK is of another chip', 'chip id')
  }
  if (components.some((component) => vcek.tcb[component] !== report.reportedTcb[component])) {
    fail('collateral_mismatch', 'the VCEK is of another TCB version', 'TCB')
  }
  if (!verifySignature(report, input.report.subarray(0, snpSignedLength), leaf.publicKey)) {
    fail('quote_signature', 'the VCEK did not sign the report')
  }
  checkGuest(report, policy)
  checkTcb(report, policy.minTcb[product])
  return {
    platform: 'snp',
    product: vcek.product,
    report,
    chipIdHash: toHex(sha256(fromHex(report.chipId))),
    collateralExpiresAtMs: expiresAtMs,
    ...crl,
  }
}

/**
 * Verifies a report and its chain at `nowMs`; synchronous. Refusals: `quote_*`, `chain_*`,
 * `unknown_root`, `collateral_*`, `platform_revoked`, `chip_id_masked`, `debug_enclave`,
 * `wrong_attributes`, `tcb_not_allowed`. Whether the measurement and the chip are wanted is the
 * caller's to say.
 */
export const verifySnp = (input: SnpInput): Result<SnpVerdict> => attempt(() => verify(input))
