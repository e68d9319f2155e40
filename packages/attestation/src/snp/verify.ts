/** Verifies AMD SEV-SNP evidence: report, VCEK, ASK and ARK, under AMD's pinned roots. */
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { p384 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { checkChain, checkCrl } from '../x509/chain.ts'
import { amdProfile as profile } from '../x509/profiles.ts'
import { parseSnpReport, type SnpReport, type SnpTcb, snpSignedLength } from './report.ts'
import { vcekOf } from './vcek.ts'

/** Guests with debugging allowed are refused whatever the policy. */
export type SnpPolicy = {
  /** Of what the platform reports and of what it was launched with. */
  readonly minTcb: SnpTcb
  readonly minGuestSvn: number
  /** The least privileged level that is accepted; 0 is the guest's own firmware. */
  readonly maxVmpl: number
  readonly allowSmt: boolean
  readonly allowMigrationAgent: boolean
}

/** The strictest that ordinary hosts fulfil: SMT is on almost everywhere. */
export const defaultSnpPolicy: SnpPolicy = {
  minTcb: { bootloader: 0, tee: 0, snp: 0, microcode: 0 },
  minGuestSvn: 0,
  maxVmpl: 0,
  allowSmt: true,
  allowMigrationAgent: false,
}

/**
 * SHA-256 of AMD's root certificates (ARK), by product, as served by AMD's Key Distribution
 * Service at https://kdsintf.amd.com/vcek/v1/{product}/cert_chain.
 */
export const amdRoots: Readonly<Record<string, string>> = {
  Milan: '69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd',
}

export type SnpInput = {
  readonly report: Bytes
  /** DER: VCEK, ASK, ARK. */
  readonly chain: readonly Bytes[]
  readonly nowMs: number
  readonly policy?: SnpPolicy
  /** AMD's CRL for the product (DER), where one is at hand. */
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
  readonly collateralExpiresAtMs: number
}

const components = ['bootloader', 'tee', 'snp', 'microcode'] as const

const isAtLeast = (tcb: SnpTcb, least: SnpTcb): boolean =>
  components.every((component) => tcb[component] >= least[component])

const checkReport = (report: SnpReport, policy: SnpPolicy): void => {
  if (report.policy.debugAllowed) fail('debug_enclave', 'the guest may be debugged')
  const rules: readonly (readonly [holds: boolean, what: string])[] = [
    [report.vmpl <= policy.maxVmpl, 'VMPL'],
    [policy.allowSmt || !report.policy.smtAllowed, 'SMT'],
    [policy.allowMigrationAgent || !report.policy.migrationAgentAllowed, 'migration agent'],
    [report.guestSvn >= policy.minGuestSvn, 'guest SVN'],
  ]
  for (const [holds, what] of rules) {
    if (!holds) fail('wrong_attributes', 'the policy of the guest is not allowed', what)
  }
  if (
    !isAtLeast(report.reportedTcb, policy.minTcb) ||
    !isAtLeast(report.launchTcb, policy.minTcb)
  ) {
    fail('tcb_not_allowed', 'the TCB of the platform is too old', 'TCB')
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

const verify = (input: SnpInput): SnpVerdict => {
  const { nowMs, policy = defaultSnpPolicy, roots = amdRoots } = input
  const report = parseSnpReport(input.report)
  const fingerprints = Object.values(roots)
  const isRoot = (der: Bytes): boolean => fingerprints.includes(toHex(sha256(der)))
  const chain = checkChain(input.chain, { isRoot, profile, nowMs, what: 'VCEK chain' })
  const [leaf, ask, ark] = chain
  if (leaf === undefined || ask === undefined || ark === undefined || chain.length !== 3) {
    return fail('chain_invalid', 'the chain has another length', 'VCEK chain')
  }
  if (input.crl !== undefined) {
    const crl = checkCrl(input.crl, { issuer: ark, profile, nowMs, what: 'AMD CRL' })
    if (crl.revoked.has(ask.serial) || crl.revoked.has(ark.serial)) {
      fail('platform_revoked', 'AMD has revoked an authority', 'AMD CRL')
    }
  }
  const vcek = vcekOf(leaf)
  const [product = ''] = vcek.product.split('-')
  if (roots[product] !== toHex(sha256(ark.der))) {
    fail('unknown_root', 'the root is of another product', 'VCEK chain')
  }
  if (!verifySignature(report, input.report.subarray(0, snpSignedLength), leaf.publicKey)) {
    fail('quote_signature', 'the VCEK did not sign the report')
  }
  if (vcek.chipId !== report.chipId) {
    fail('collateral_mismatch', 'the VCEK is of another chip', 'chip id')
  }
  if (components.some((component) => vcek.tcb[component] !== report.reportedTcb[component])) {
    fail('collateral_mismatch', 'the VCEK is of another TCB version', 'TCB')
  }
  checkReport(report, policy)
  return {
    platform: 'snp',
    product: vcek.product,
    report,
    chipIdHash: toHex(sha256(fromHex(report.chipId))),
    collateralExpiresAtMs: Math.min(...chain.map((certificate) => certificate.notAfterMs)),
  }
}

/**
 * Verifies a report and its chain at `nowMs`; synchronous. Refusals: `quote_*`, `chain_*`,
 * `unknown_root`, `collateral_*`, `platform_revoked`, `debug_enclave`, `wrong_attributes`,
 * `tcb_not_allowed`. Whether the measurement and the chip are wanted is the caller's to say.
 */
export const verifySnp = (input: SnpInput): Result<SnpVerdict> => attempt(() => verify(input))
