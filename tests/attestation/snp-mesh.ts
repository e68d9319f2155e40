/** A mesh of two zones for tests: `eu` on a simulated SGX machine, `us` on a chip of SEV-SNP. */
import { encodeIdentity, nonceMessage, reportDataOf, snpPlatform } from '@holdfast/attestation'
import { toBase64Url } from '@holdfast/base/bytes'
import type { SnpCollateral } from '@holdfast/base/collateral'
import type { Evidence } from '@holdfast/base/evidence'
import type { Identity } from '@holdfast/base/identity'
import { ZoneId } from '@holdfast/base/ids'
import type { Manifest } from '@holdfast/base/manifest'
import type { SnpPolicy } from '@holdfast/base/snp-policy'
import { ed25519 } from '@noble/curves/ed25519.js'
import { genesisFields, identity, nodeKeys, verified } from './mesh.ts'
import { ark, type ReportChanges, type TestChip, testChip, testTcb } from './snp-platform.ts'

export const chip = testChip(0xc1)

/** What a manifest lists the code of every report by that a test chip makes. */
export const snpTestMeasurement = (): string => {
  const about = snpPlatform(chip.blank())
  if (!about.ok) throw new Error(about.refusal.code)
  return about.value.measurement
}

export const snpTestPolicy: SnpPolicy = {
  minTcb: { Milan: testTcb },
  minGuestSvn: 0,
  maxVmpl: 0,
  allowSmt: true,
  allowMigrationAgent: false,
}

export const snpFields: Manifest = {
  ...genesisFields,
  simulatedSnpRoot: toBase64Url(ark),
  measurements: [
    ...genesisFields.measurements,
    { mrEnclave: snpTestMeasurement(), notBefore: genesisFields.issuedAt },
  ],
  snp: snpTestPolicy,
  inventory: [...genesisFields.inventory, { chipIdHash: chip.chipIdHash, zone: ZoneId('us') }],
}

export const snpGenesis = verified(snpFields)

/** Evidence of the node of `us`, with parts of it changed. */
export const snpEvidenceOf = (
  changes: {
    readonly identity?: Partial<Identity>
    readonly report?: ReportChanges
    readonly chip?: TestChip
    readonly collateral?: Partial<SnpCollateral>
    readonly nonce?: Uint8Array
  } = {},
): Evidence => {
  const { mesh, hash: manifest } = snpGenesis
  const own = { ...identity, mesh, manifest, zone: ZoneId('us'), ...changes.identity }
  const bytes = encodeIdentity(own)
  const on = changes.chip ?? chip
  const { nonce } = changes
  return {
    identity: bytes,
    quote: on.report({ 0x050: reportDataOf(bytes), ...changes.report }),
    collateral: { ...on.collateral(), ...changes.collateral },
    ...(nonce && { nonceSignature: ed25519.sign(nonceMessage(nonce), nodeKeys.identity) }),
  }
}
