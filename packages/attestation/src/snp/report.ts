/** AMD SEV-SNP attestation reports (SEV-SNP ABI specification, revision 1.58, table 23). */
import { type Bytes, bytesToUint, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { SnpTcb } from '@holdfast/base/snp-policy'

export const snpReportLength = 1184
export const snpSignedLength = 672
const signaturePartLength = 72

/** The guest's launch policy (table 10). */
export type SnpGuestPolicy = {
  readonly abiMajor: number
  readonly abiMinor: number
  readonly smtAllowed: boolean
  readonly migrationAgentAllowed: boolean
  readonly debugAllowed: boolean
  readonly singleSocket: boolean
}

export type SnpReport = {
  readonly version: number
  readonly guestSvn: number
  readonly policy: SnpGuestPolicy
  readonly vmpl: number
  readonly reportData: Bytes
  /** Hexadecimal, all below. */
  readonly measurement: string
  readonly hostData: string
  readonly idKeyDigest: string
  /** Whether an author key signed the guest's identity key: else its digest says nothing. */
  readonly hasAuthorKey: boolean
  readonly authorKeyDigest: string
  readonly reportId: string
  readonly platformInfo: number
  readonly currentTcb: SnpTcb
  readonly reportedTcb: SnpTcb
  readonly committedTcb: SnpTcb
  readonly launchTcb: SnpTcb
  readonly chipId: string
  /** r and s, each 48 bytes, joined: as P-384 takes them. */
  readonly signature: Bytes
}

const little = (bytes: Bytes): bigint => bytesToUint(bytes.toReversed())

/** Milan and Genoa; Turin orders the components otherwise and is refused by its VCEK's product. */
const parseTcb = (bytes: Bytes): SnpTcb => {
  if (!bytes.subarray(2, 6).every((byte) => byte === 0)) {
    fail('quote_unsupported', 'the TCB version has components that are not known')
  }
  const [bootloader, tee, , , , , snp, microcode] = bytes as unknown as number[]
  return { bootloader, tee, snp, microcode } as SnpTcb
}

const parsePolicy = (bits: bigint): SnpGuestPolicy => {
  const bit = (index: bigint): boolean => ((bits >> index) & 1n) === 1n
  if (!bit(17n)) fail('quote_malformed', 'a reserved bit of the guest policy is clear')
  return {
    abiMinor: Number(bits & 0xffn),
    abiMajor: Number((bits >> 8n) & 0xffn),
    smtAllowed: bit(16n),
    migrationAgentAllowed: bit(18n),
    debugAllowed: bit(19n),
    singleSocket: bit(20n),
  }
}

/** r and s stand little-endian in 72 bytes each; what is beyond 48 must be zero, as the rest. */
const parseSignature = (bytes: Bytes): Bytes => {
  const signature = new Uint8Array(96)
  for (const part of [0, 1]) {
    const field = bytes.subarray(part * signaturePartLength, (part + 1) * signaturePartLength)
    if (!field.subarray(48).every((byte) => byte === 0)) {
      fail('quote_malformed', 'the signature is too large')
    }
    signature.set(field.slice(0, 48).toReversed(), part * 48)
  }
  if (!bytes.subarray(2 * signaturePartLength).every((byte) => byte === 0)) {
    fail('quote_malformed', 'bytes stand behind the signature')
  }
  return signature
}

/** Parses a report; `quote_malformed`, `quote_trailing_bytes` or `quote_unsupported`. */
export const parseSnpReport = (untrusted: Bytes): SnpReport => {
  if (untrusted.length < snpReportLength) fail('quote_malformed', 'the report ends early')
  if (untrusted.length > snpReportLength) {
    fail('quote_trailing_bytes', 'bytes stand behind the report')
  }
  const field = (offset: number, length: number): Bytes => untrusted.slice(offset, offset + length)
  const uint32 = (offset: number): number => Number(little(field(offset, 4)))
  const hex = (offset: number, length: number): string => toHex(field(offset, length))
  const version = uint32(0x000)
  if (version < 2 || version > 5) fail('quote_unsupported', 'the report has another version')
  if (uint32(0x034) !== 1) fail('quote_unsupported', 'the signature is of another kind')
  const flags = uint32(0x048)
  // Bits 2–4: 0 is the VCEK; VLEK and unsigned reports have no chip behind them.
  if (((flags >> 2) & 7) !== 0) fail('quote_unsupported', 'the report is not signed by a VCEK')
  return {
    version,
    guestSvn: uint32(0x004),
    policy: parsePolicy(little(field(0x008, 8))),
    vmpl: uint32(0x030),
    currentTcb: parseTcb(field(0x038, 8)),
    platformInfo: Number(little(field(0x040, 6))),
    reportData: field(0x050, 64),
    measurement: hex(0x090, 48),
    hostData: hex(0x0c0, 32),
    idKeyDigest: hex(0x0e0, 48),
    hasAuthorKey: (flags & 1) === 1,
    authorKeyDigest: hex(0x110, 48),
    reportId: hex(0x140, 32),
    reportedTcb: parseTcb(field(0x180, 8)),
    chipId: hex(0x1a0, 64),
    committedTcb: parseTcb(field(0x1e0, 8)),
    launchTcb: parseTcb(field(0x1f0, 8)),
    signature: parseSignature(field(0x2a0, 512)),
  }
}
