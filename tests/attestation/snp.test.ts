import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  defaultSnpPolicy,
  parsePemChain,
  type SnpInput,
  type SnpPolicy,
  verifySnp,
} from '@holdfast/attestation'
import { fromHex, toHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { basicConstraints, keyUsage } from '@holdfast/base/x509'
import { sha256 } from '@noble/hashes/sha2.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedPath } from '../support/shared.ts'
import { craft, craftCrl } from './craft.ts'
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
    expect(judge({ minTcb: tcb })).toBe('accepted')
    for (const component of ['bootloader', 'tee', 'snp', 'microcode'] as const) {
      const minTcb = { ...tcb, [component]: tcb[component] + 1 }
      expect(judge({ minTcb })).toBe('tcb_not_allowed')
    }
    expect(judge({ allowSmt: false })).toBe('wrong_attributes')
    expect(judge({ minGuestSvn: 1 })).toBe('wrong_attributes')
  })
})

describe('an SEV-SNP report under a root made here', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 4096 })
  const chip = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const chipId = new Uint8Array(64).fill(0xc1)
  const authority = [basicConstraints({ ca: true }), keyUsage('keyCertSign', 'cRLSign')]
  const issue = { key: rsa.publicKey, issuerKey: rsa.privateKey }
  const ark = craft({ subject: 'ARK', issuer: 'ARK', ...issue, extensions: authority })
  const ask = craft({ subject: 'ASK', issuer: 'ARK', ...issue, extensions: authority })
  const arc = '1.3.6.1.4.1.3704.1'
  const vcekOf = (levels: readonly number[], id = chipId, product = 'Milan-B0') =>
    craft({
      subject: 'VCEK',
      issuer: 'ASK',
      key: chip.publicKey,
      issuerKey: rsa.privateKey,
      extensions: [
        { oid: `${arc}.2`, value: der.ia5String(product) },
        ...[1, 2, 3, 8].map((component, index) => ({
          oid: `${arc}.3.${component}`,
          value: der.integer(levels[index]!),
        })),
        { oid: `${arc}.4`, value: id },
      ],
    })
  const vcek = vcekOf([3, 0, 8, 115])
  const roots = { Milan: toHex(sha256(ark)) }

  const reportOf = (changes: Readonly<Record<number, readonly number[]>> = {}): Uint8Array => {
    const report = new Uint8Array(1184)
    const tcb = [3, 0, 0, 0, 0, 0, 8, 115]
    const fields: Readonly<Record<number, readonly number[]>> = {
      0x000: [2],
      0x008: [0, 0, 3],
      0x034: [1],
      0x038: tcb,
      0x180: tcb,
      0x1a0: [...chipId],
      0x1e0: tcb,
      0x1f0: tcb,
      ...changes,
    }
    for (const [offset, bytes] of Object.entries(fields)) report.set(bytes, Number(offset))
    const mark = sign('sha384', report.subarray(0, 672), {
      key: chip.privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    report.set(mark.subarray(0, 48).toReversed(), 0x2a0)
    report.set(mark.subarray(48).toReversed(), 0x2a0 + 72)
    return report
  }
  const judge = (
    changes: Readonly<Record<number, readonly number[]>> = {},
    input: Partial<SnpInput> = {},
  ) => codeOf({ report: reportOf(changes), chain: [vcek, ask, ark], nowMs, roots, ...input })

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
    const other = vcekOf([3, 0, 8, 115], new Uint8Array(64))
    expect(judge({}, { chain: [other, ask, ark] })).toBe('collateral_mismatch')
    for (const levels of [
      [4, 0, 8, 115],
      [3, 1, 8, 115],
      [3, 0, 9, 115],
      [3, 0, 8, 114],
    ]) {
      expect(judge({}, { chain: [vcekOf(levels), ask, ark] })).toBe('collateral_mismatch')
    }
    const genoa = vcekOf([3, 0, 8, 115], chipId, 'Genoa-B1')
    expect(judge({}, { chain: [genoa, ask, ark] })).toBe('unknown_root')
  })

  it('is refused where its TCB versions contradict each other', () => {
    const older = [2, 0, 0, 0, 0, 0, 8, 115]
    expect(judge({ 0x038: older })).toBe('quote_invalid')
    expect(judge({ 0x1e0: [4, 0, 0, 0, 0, 0, 8, 115] })).toBe('quote_invalid')
    expect(judge({ 0x1f0: older, 0x038: [3, 0, 0, 0, 0, 0, 8, 115] })).toBe('accepted')
    const policy = { ...defaultSnpPolicy, minTcb: { bootloader: 3, tee: 0, snp: 0, microcode: 0 } }
    expect(judge({ 0x1f0: older }, { policy })).toBe('tcb_not_allowed')
  })

  it('is refused when AMD’s CRL names its authority, and with a CRL of another', () => {
    const crl = (revoked: readonly number[], issuer = 'ARK', issuerKey = rsa.privateKey) =>
      craftCrl({ issuer, issuerKey, revoked })
    expect(judge({}, { crl: crl([]) })).toBe('accepted')
    expect(judge({}, { crl: crl([77]) })).toBe('accepted')
    expect(judge({}, { crl: crl(['ASK'.length]) })).toBe('platform_revoked')
    expect(judge({}, { crl: crl([], 'ASK') })).toBe('collateral_mismatch')
    const other = generateKeyPairSync('rsa', { modulusLength: 4096 })
    expect(judge({}, { crl: crl([], 'ARK', other.privateKey) })).toBe('collateral_signature')
  })

  it('is refused with a key that is not RSA-4096 in the chain', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const weak = craft({
      subject: 'ASK',
      issuer: 'ARK',
      key: small.publicKey,
      issuerKey: rsa.privateKey,
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
