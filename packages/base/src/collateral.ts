/** What a platform's maker (or a simulated root) says of it: the collateral of its evidence. */
import { z } from 'zod'
import { collateralPartBytesMax } from './limits.ts'
import { hex } from './schema.ts'

const text = z.string().max(collateralPartBytesMax)
const der = hex().max(2 * collateralPartBytesMax)

/**
 * The parts of Intel's Provisioning Certification Service v4, as they came: JSON texts exactly as
 * they were signed, signatures as r ‖ s, CRLs as DER, issuer chains as PEM from leaf to root.
 */
export const dcapCollateralSchema = z.strictObject({
  tcbInfo: text,
  tcbInfoSignature: hex(64),
  tcbInfoIssuerChain: text,
  qeIdentity: text,
  qeIdentitySignature: hex(64),
  qeIdentityIssuerChain: text,
  pckCrl: der,
  pckCrlIssuerChain: text,
  rootCaCrl: der,
})

/** Of SEV-SNP: the certificates above a report and AMD's CRL over them, all as DER. */
export const snpCollateralSchema = z.strictObject({ vcek: der, ask: der, ark: der, crl: der })

export const collateralSchema = z.union([dcapCollateralSchema, snpCollateralSchema])

export type DcapCollateral = Readonly<z.infer<typeof dcapCollateralSchema>>
export type SnpCollateral = Readonly<z.infer<typeof snpCollateralSchema>>
/** What it is, it says by its fields. */
export type Collateral = DcapCollateral | SnpCollateral

export const isSnpCollateral = (collateral: Collateral): collateral is SnpCollateral =>
  'vcek' in collateral

/** The same in the names that PCCS clients such as dcap-qvl write. */
export const pccsCollateralSchema = z.object({
  tcb_info: text,
  tcb_info_signature: hex(64),
  tcb_info_issuer_chain: text,
  qe_identity: text,
  qe_identity_signature: hex(64),
  qe_identity_issuer_chain: text,
  pck_crl: der,
  pck_crl_issuer_chain: text,
  root_ca_crl: der,
})

export const collateralFromPccs = (pccs: z.infer<typeof pccsCollateralSchema>): DcapCollateral => ({
  tcbInfo: pccs.tcb_info,
  tcbInfoSignature: pccs.tcb_info_signature,
  tcbInfoIssuerChain: pccs.tcb_info_issuer_chain,
  qeIdentity: pccs.qe_identity,
  qeIdentitySignature: pccs.qe_identity_signature,
  qeIdentityIssuerChain: pccs.qe_identity_issuer_chain,
  pckCrl: pccs.pck_crl,
  pckCrlIssuerChain: pccs.pck_crl_issuer_chain,
  rootCaCrl: pccs.root_ca_crl,
})
