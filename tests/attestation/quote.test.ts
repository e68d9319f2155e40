import {
  createSimulatedPlatform,
  createSimulatedRoot,
  intelRootCa,
  ppidHashOf,
  type QuoteInput,
  simulatedCollateral,
  simulatedQuote,
  simulatedRootCertificate,
  verifyQuote,
  withoutZeroPadding,
} from '@holdfast/attestation'
import { fromBase64Url, toHex } from '@holdfast/base/bytes'
import { parseCertificate } from '@holdfast/base/x509-reader'
import { describe, expect, it } from 'vitest'
import {
  dayMs,
  mrEnclave,
  nowMs,
  platform,
  realEvidence,
  realNowMs,
  reportData,
  root,
  seeded,
  simulatedInput,
} from './world.ts'

const codeOf = (input: QuoteInput): string => {
  const result = verifyQuote(input)
  return result.ok ? 'accepted' : result.refusal.code
}

const sgx = realEvidence('sgx')
const tdx = realEvidence('tdx')

describe.skipIf(sgx === undefined || tdx === undefined)('real evidence under Intel’s root', () => {
  const input = (evidence: typeof sgx): QuoteInput => ({
    quote: withoutZeroPadding(evidence!.quote),
    collateral: evidence!.collateral,
    rootCa: intelRootCa(),
    nowMs: realNowMs,
  })

  it('accepts the SGX quote at its date with its documented status', () => {
    const result = verifyQuote(input(sgx))
    expect(result).toMatchObject({
      ok: true,
      value: {
        platform: 'sgx',
        tcbStatus: 'ConfigurationAndSWHardeningNeeded',
        advisoryIds: ['INTEL-SA-00289', 'INTEL-SA-00615'],
        tcbEvaluationDataNumber: 17,
        fmspc: '00a067110000',
        collateralExpiresAtMs: Date.parse('2025-07-19T10:01:18Z'),
      },
    })
  })

  it('accepts the TDX quote at its date with its documented status', () => {
    const result = verifyQuote(input(tdx))
    expect(result).toMatchObject({
      ok: true,
      value: { platform: 'tdx', tcbStatus: 'UpToDate', advisoryIds: [], fmspc: 'b0c06f000000' },
    })
  })

  it('refuses both today, their collateral has expired', () => {
    for (const evidence of [sgx, tdx]) {
      expect(codeOf({ ...input(evidence), nowMs })).toBe('collateral_expired')
    }
  })

  it('refuses both before their collateral was issued', () => {
    for (const evidence of [sgx, tdx]) {
      const early = Date.parse('2025-06-01T00:00:00Z')
      expect(codeOf({ ...input(evidence), nowMs: early })).toBe('collateral_not_yet_valid')
    }
  })

  it('refuses the TDX quote with the padding that its file has', () => {
    expect(codeOf({ ...input(tdx), quote: tdx!.quote })).toBe('quote_trailing_bytes')
  })

  it('refuses each with the collateral of the other', () => {
    expect(verifyQuote({ ...input(sgx), collateral: tdx!.collateral }).ok).toBe(false)
    expect(verifyQuote({ ...input(tdx), collateral: sgx!.collateral }).ok).toBe(false)
  })

  it('refuses both under a simulated root, and simulated quotes under Intel’s', () => {
    const simulated = simulatedRootCertificate(root)
    expect(codeOf({ ...input(sgx), rootCa: simulated })).toBe('unknown_root')
    expect(codeOf({ ...input(tdx), rootCa: simulated })).toBe('unknown_root')
    expect(codeOf({ ...simulatedInput(), rootCa: intelRootCa() })).toBe('unknown_root')
  })

  it('refuses every part of one’s collateral in the other’s place', () => {
    for (const [own, other] of [
      [sgx!, tdx!],
      [tdx!, sgx!],
    ] as const) {
      for (const part of Object.keys(own.collateral) as (keyof typeof own.collateral)[]) {
        if (own.collateral[part] === other.collateral[part]) continue
        const collateral = { ...own.collateral, [part]: other.collateral[part] }
        expect([part, verifyQuote({ ...input(own), collateral }).ok]).toEqual([part, false])
      }
    }
  })

  for (const [name, evidence] of [
    ['SGX', sgx],
    ['TDX', tdx],
  ] as const) {
    it(`refuses the ${name} quote with any byte flipped`, () => {
      const whole = input(evidence)
      for (let offset = 0; offset < whole.quote.length; offset += 7) {
        const quote = whole.quote.slice()
        quote[offset] = quote[offset]! ^ (1 << (offset % 8))
        expect([offset, verifyQuote({ ...whole, quote }).ok]).toEqual([offset, false])
      }
    })
  }
})

describe('simulated evidence', () => {
  it('is accepted by the production verifier under its own root', () => {
    const result = verifyQuote(simulatedInput())
    expect(result).toMatchObject({
      ok: true,
      value: {
        platform: 'sgx',
        tcbStatus: 'UpToDate',
        ppidHash: ppidHashOf(platform),
        tcbEvaluationDataNumber: 17,
        report: { mrEnclave: toHex(mrEnclave), debug: false, reportData },
      },
    })
  })

  it('is made of text alone, so that it can be kept as JSON', () => {
    expect(JSON.parse(JSON.stringify(root))).toEqual(root)
    expect(JSON.parse(JSON.stringify(platform))).toEqual(platform)
  })

  it('is refused with any byte flipped', () => {
    const whole = simulatedInput()
    for (let offset = 0; offset < whole.quote.length; offset += 3) {
      const quote = whole.quote.slice()
      quote[offset] = quote[offset]! ^ (1 << (offset % 8))
      expect([offset, verifyQuote({ ...whole, quote }).ok]).toEqual([offset, false])
    }
  })

  it('is refused with trailing bytes, and when it is cut anywhere', () => {
    const whole = simulatedInput()
    const longer = new Uint8Array([...whole.quote, 0])
    expect(codeOf({ ...whole, quote: longer })).toBe('quote_trailing_bytes')
    for (let length = 0; length < whole.quote.length; length += 13) {
      const quote = whole.quote.slice(0, length)
      expect(codeOf({ ...whole, quote })).toMatch(/^quote_(malformed|unsupported)$/)
    }
  })

  it('is refused from a debug enclave', () => {
    const quote = simulatedQuote(platform, { mrEnclave, reportData, debug: true })
    expect(codeOf({ ...simulatedInput(), quote })).toBe('debug_enclave')
  })

  it('is refused once its collateral has expired, and before it is in force', () => {
    const input = simulatedInput()
    expect(codeOf({ ...input, nowMs: nowMs + 31 * dayMs })).toBe('collateral_expired')
    expect(codeOf({ ...input, nowMs: nowMs - dayMs })).toBe('collateral_not_yet_valid')
    const late = simulatedCollateral(root, { nowMs: nowMs + 8 * 365 * dayMs })
    const certificate = { ...input, collateral: late, nowMs: nowMs + 8 * 365 * dayMs }
    expect(codeOf(certificate)).toBe('collateral_expired')
  })

  it('is refused when its PCK certificate or an authority is revoked', () => {
    const input = simulatedInput()
    const revoked = simulatedCollateral(root, { nowMs, revokedPcks: [platform.pckSerial] })
    expect(codeOf({ ...input, collateral: revoked })).toBe('platform_revoked')
    const other = simulatedCollateral(root, { nowMs, revokedPcks: ['0102'] })
    expect(codeOf({ ...input, collateral: other })).toBe('accepted')
  })

  it('is refused when the root has revoked an authority', () => {
    for (const certificate of [root.platformCaCertificate, root.tcbSigningCertificate]) {
      const { serial } = parseCertificate(fromBase64Url(certificate))
      const collateral = simulatedCollateral(root, { nowMs, revokedByRoot: [serial] })
      expect(codeOf({ ...simulatedInput(), collateral })).toBe('platform_revoked')
    }
  })

  it('reports the TCB status and its advisories, and refuses a revoked TCB', () => {
    const collateral = simulatedCollateral(root, {
      nowMs,
      tcbStatus: 'OutOfDate',
      advisoryIds: ['INTEL-SA-00615'],
      tcbEvaluationDataNumber: 12,
    })
    expect(verifyQuote({ ...simulatedInput(), collateral })).toMatchObject({
      value: {
        tcbStatus: 'OutOfDate',
        advisoryIds: ['INTEL-SA-00615'],
        tcbEvaluationDataNumber: 12,
      },
    })
    const revoked = simulatedCollateral(root, { nowMs, tcbStatus: 'Revoked' })
    expect(codeOf({ ...simulatedInput(), collateral: revoked })).toBe('tcb_revoked')
    const qe = simulatedCollateral(root, { nowMs, qeTcbStatus: 'SWHardeningNeeded' })
    expect(verifyQuote({ ...simulatedInput(), collateral: qe })).toMatchObject({
      value: { tcbStatus: 'SWHardeningNeeded' },
    })
  })

  it('is refused with the collateral of another kind of machine', () => {
    const collateral = simulatedCollateral(root, { nowMs, fmspc: '00906ed50000' })
    expect(codeOf({ ...simulatedInput(), collateral })).toBe('collateral_mismatch')
    const pce = simulatedCollateral(root, { nowMs, pceId: '0001' })
    expect(codeOf({ ...simulatedInput(), collateral: pce })).toBe('collateral_mismatch')
  })

  it('is refused under the root of another mesh, whole or in any part of its collateral', () => {
    const otherRoot = createSimulatedRoot({ entropy: seeded('other'), nowMs })
    const otherPlatform = createSimulatedPlatform(otherRoot, { entropy: seeded('p2'), nowMs })
    const input = simulatedInput()
    const quote = simulatedQuote(otherPlatform, { mrEnclave, reportData })
    expect(codeOf({ ...input, quote })).toBe('unknown_root')
    const other = simulatedCollateral(otherRoot, { nowMs })
    const expected: Readonly<Record<string, string>> = {
      tcbInfo: 'accepted',
      tcbInfoSignature: 'collateral_signature',
      tcbInfoIssuerChain: 'unknown_root',
      qeIdentity: 'accepted',
      qeIdentitySignature: 'collateral_signature',
      qeIdentityIssuerChain: 'unknown_root',
      pckCrl: 'collateral_signature',
      pckCrlIssuerChain: 'collateral_mismatch',
      rootCaCrl: 'collateral_signature',
    }
    for (const part of Object.keys(other) as (keyof typeof other)[]) {
      const collateral = { ...input.collateral, [part]: other[part] }
      expect([part, codeOf({ ...input, collateral })]).toEqual([part, expected[part]])
    }
  })

  it('is refused with any character of its collateral changed', () => {
    const input = simulatedInput()
    for (const part of Object.keys(input.collateral) as (keyof typeof input.collateral)[]) {
      const text = input.collateral[part]
      for (let offset = 0; offset < text.length; offset += 7) {
        const changed = text[offset] === '0' ? '1' : '0'
        const collateral = {
          ...input.collateral,
          [part]: text.slice(0, offset) + changed + text.slice(offset + 1),
        }
        expect([part, offset, verifyQuote({ ...input, collateral }).ok]).toEqual([
          part,
          offset,
          false,
        ])
      }
    }
  })
})
