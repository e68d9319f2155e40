import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { defaultSnpPolicy, parsePemChain, type SnpInput, verifySnp } from '@holdfast/attestation'
import { fromHex } from '@holdfast/base/bytes'
import type { SnpPolicy } from '@holdfast/base/snp-policy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedPath } from '../support/shared.ts'
import { craft, craftCrl } from './craft.ts'
import {
  ark,
  arkName,
  ask,
  askName,
  askSerial,
  authority,
  authorityKey,
  type ReportChanges,
  testChip,
  testRoots,
  testTcb,
} from './snp-platform.ts'
import { dayMs, nowMs } from './world.ts'

const folder = sharedPath('attestation', 'snp')
const codeOf = (input: SnpInput): string => {
  const result = verifySnp(input)
  return result.ok ? 'accepted' : result.refusal.code
}

describe.skipIf(folder === undefined)('a real SEV-SNP report of a Milan machine', () => {
  const read = (name: string) => readFileSync(`${folder}/${name}`)
  const real = (): SnpInput => ({
    report: fromHex(read('report_milan.hex').toString('ascii').trim()),
    chain: [
      new Uint8Array(read('vcek_milan.der')),
      ...parsePemChain(read('cert_chain_milan').toString('ascii')),
    ],
    nowMs,
  })

  it('is accepted under AMD’s root with what it says', () => {
    expect(verifySnp(real())).toMatchObject({
      ok: true,
      value: {
        platform: 'snp',
        product: 'Milan-B0',
        report: {
          version: 2,
          vmpl: 0,
          policy: { debugAllowed: false, smtAllowed: true, migrationAgentAllowed: false },
          reportedTcb: { bootloader: 3, tee: 0, snp: 8, microcode: 115 },
        },
        collateralExpiresAtMs: Date.parse('2030-04-03T19:23:43Z'),
      },
    })
  })

  it('is refused with any byte flipped', () => {
    const whole = real()
    for (let offset = 0; offset < whole.report.length; offset += 3) {
      const report = whole.report.slice()
      report[offset] = report[offset]! ^ (1 << (offset % 8))
      expect([offset, verifySnp({ ...whole, report }).ok]).toEqual([offset, false])
    }
  })

  it('is refused with any byte of its chain flipped', () => {
    const whole = real()
    for (const index of [0, 1, 2]) {
      for (let offset = 0; offset < whole.chain[index]!.length; offset += 11) {
        const certificate = whole.chain[index]!.slice()
        certificate[offset] = certificate[offset]! ^ (1 << (offset % 8))
        const chain = whole.chain.with(index, certificate)
        expect([index, offset, verifySnp({ ...whole, chain }).ok]).toEqual([index, offset, false])
      }
    }
  })

  it('is refused with trailing bytes, cut, outside the dates and with another chain', () => {
    const whole = real()
    const [vcek, ask, ark] = whole.chain
    const longer = new Uint8Array([...whole.report, 0])
    expect(codeOf({ ...whole, report: longer })).toBe('quote_trailing_bytes')
    expect(codeOf({ ...whole, report: whole.report.slice(0, -1) })).toBe('quote_malformed')
    expect(codeOf({ ...whole, nowMs: Date.parse('2031-01-01') })).toBe('collateral_expired')
    expect(codeOf({ ...whole, nowMs: Date.parse('2023-01-01') })).toBe('collateral_not_yet_valid')
    expect(codeOf({ ...whole, chain: [vcek!, ask!] })).toBe('unknown_root')
    expect(codeOf({ ...whole, chain: [vcek!, ark!] })).toBe('chain_invalid')
    expect(codeOf({ ...whole, chain: [] })).toBe('chain_malformed')
    expect(codeOf({ ...whole, roots: {} })).toBe('unknown_root')
  })

  it('is refused where the policy asks for more than it has', () => {
    const judge = (changes: Partial<SnpPolicy>) =>
      codeOf({ ...real(), policy: { ...defaultSnpPolicy, ...changes } })
    const tcb = { bootloader: 3, tee: 0, snp: 8, microcode: 115 }
    expect(judge({ minTcb: { Milan: tcb } })).toBe('accepted')
    for (const component of ['bootloader', 'tee', 'snp', 'microcode'] as const) {
      const minTcb = { ...tcb, [component]: tcb[component] + 1 }
      expect(judge({ minTcb: { Milan: minTcb } })).toBe('tcb_not_allowed')
    }
    expect(judge({ allowSmt: false })).toBe('wrong_attributes')
    expect(judge({ minGuestSvn: 1 })).toBe('wrong_attributes')
  })
})

describe('an SEV-SNP report under a root made here', () => {
  const chip = testChip(0xc1)
  const vcek = chip.vcek()
  const judge = (changes: ReportChanges = {}, input: Partial<SnpInput> = {}) =>
    codeOf({ report: chip.report(changes), chain: [vcek, ask, ark], nowMs, roots, ...input })
  const roots = testRoots

  it('is accepted', () => {
    expect(judge()).toBe('accepted')
    expect(judge({}, { nowMs: nowMs + 2 * dayMs })).toBe('collateral_expired')
  })

  it('is refused when its guest may be debugged or migrated', () => {
    expect(judge({ 0x008: [0, 0, 0x0b] })).toBe('debug_enclave')
    expect(judge({ 0x008: [0, 0, 0x07] })).toBe('wrong_attributes')
    expect(judge({ 0x008: [0, 0, 0x01] })).toBe('quote_malformed')
  })

  it('is refused from another privilege level', () => {
    expect(judge({ 0x030: [1] })).toBe('wrong_attributes')
    const policy = { ...defaultSnpPolicy, maxVmpl: 1 }
    expect(judge({ 0x030: [1] }, { policy })).toBe('accepted')
  })

  it('is refused of another version, signed otherwise or by another kind of key', () => {
    expect(judge({ 0x000: [1] })).toBe('quote_unsupported')
    expect(judge({ 0x034: [2] })).toBe('quote_unsupported')
    expect(judge({ 0x048: [1 << 2] })).toBe('quote_unsupported')
    expect(judge({ 0x048: [7 << 2] })).toBe('quote_unsupported')
  })

  it('is refused with the VCEK of another chip, TCB or product', () => {
    const other = chip.vcek({ chipId: new Uint8Array(64) })
    expect(judge({}, { chain: [other, ask, ark] })).toBe('collateral_mismatch')
    const swapped = testChip(0xc2).vcek()
    expect(judge({}, { chain: [swapped, ask, ark] })).toBe('collateral_mismatch')
    const twin = testChip(0xc1).vcek()
    expect(judge({}, { chain: [twin, ask, ark] })).toBe('quote_signature')
    for (const change of [{ bootloader: 4 }, { tee: 1 }, { snp: 9 }, { microcode: 114 }]) {
      const wrong = chip.vcek({ tcb: { ...testTcb, ...change } })
      expect(judge({}, { chain: [wrong, ask, ark] })).toBe('collateral_mismatch')
    }
    const genoa = chip.vcek({ product: 'Genoa-B1' })
    expect(judge({}, { chain: [genoa, ask, ark] })).toBe('unknown_root')
  })

  it('is refused where its host hides which chip it is', () => {
    expect(judge({ 0x1a0: new Uint8Array(64) })).toBe('chip_id_masked')
  })

  it('is refused without one of the author keys that the policy lists', () => {
    const policy = { ...defaultSnpPolicy, authorKeyDigests: ['ab'.repeat(48)] }
    const digest = new Uint8Array(48).fill(0xab)
    expect(judge({}, { policy })).toBe('wrong_attributes')
    // The digest counts only where the report says that there was such a key.
    expect(judge({ 0x110: digest }, { policy })).toBe('wrong_attributes')
    expect(judge({ 0x110: digest, 0x048: [1] }, { policy })).toBe('accepted')
    const other = new Uint8Array(48).fill(0xac)
    expect(judge({ 0x110: other, 0x048: [1] }, { policy })).toBe('wrong_attributes')
  })

  it.each([
    ['memoryIsEcc', 4],
    ['powerReadingsOff', 8],
    ['ciphertextHidden', 16],
    ['aliasesChecked', 32],
  ] as const)('is refused where its platform has not on: %s', (feature, bit) => {
    const policy = { ...defaultSnpPolicy, platform: [feature] }
    expect(judge({ 0x040: [0xff & ~bit] }, { policy })).toBe('wrong_attributes')
    expect(judge({ 0x040: [bit] }, { policy })).toBe('accepted')
  })

  it('is refused of a product of which the policy allows no TCB', () => {
    expect(judge({}, { policy: { ...defaultSnpPolicy, minTcb: {} } })).toBe('tcb_not_allowed')
  })

  it('is refused where its TCB versions contradict each other', () => {
    const older = [2, 0, 0, 0, 0, 0, 8, 115]
    expect(judge({ 0x038: older })).toBe('quote_invalid')
    expect(judge({ 0x1e0: [4, 0, 0, 0, 0, 0, 8, 115] })).toBe('quote_invalid')
    expect(judge({ 0x1f0: older, 0x038: [3, 0, 0, 0, 0, 0, 8, 115] })).toBe('accepted')
    const minTcb = { Milan: { bootloader: 3, tee: 0, snp: 0, microcode: 0 } }
    const policy = { ...defaultSnpPolicy, minTcb }
    expect(judge({ 0x1f0: older }, { policy })).toBe('tcb_not_allowed')
  })

  it('is refused when AMD’s CRL names its authority, and with a CRL of another', () => {
    const crl = (revoked: readonly number[], issuer = arkName, issuerKey = authorityKey) =>
      craftCrl({ issuer, issuerKey, revoked })
    expect(judge({}, { crl: crl([]) })).toBe('accepted')
    expect(judge({}, { crl: crl([777]) })).toBe('accepted')
    expect(judge({}, { crl: crl([askSerial]) })).toBe('platform_revoked')
    expect(judge({}, { crl: crl([], askName) })).toBe('collateral_mismatch')
    const other = generateKeyPairSync('rsa', { modulusLength: 4096 })
    expect(judge({}, { crl: crl([], arkName, other.privateKey) })).toBe('collateral_signature')
  })

  it('is refused with a key that is not RSA-4096 in the chain', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const weak = craft({
      subject: askName,
      issuer: arkName,
      key: small.publicKey,
      issuerKey: authorityKey,
      extensions: authority,
    })
    expect(judge({}, { chain: [vcek, weak, ark] })).toBe('chain_invalid')
  })

  it('never breaks the parser, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), (report) => {
        expect(verifySnp({ report, chain: [report], nowMs }).ok).toBe(false)
      }),
    )
  })
})
