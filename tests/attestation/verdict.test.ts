import {
  createSimulatedPlatform,
  type EvidenceInput,
  explainEvidence,
  intelRootCa,
  ppidHashOf,
  verifyEvidence,
} from '@holdfast/attestation'
import { toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import { encodeEvidence, parseEvidence } from '@holdfast/base/evidence'
import { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Manifest } from '@holdfast/base/manifest'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf, genesis, genesisFields, identity, nonce, verified } from './mesh.ts'
import { dayMs, mrEnclave, nowMs, platform, root, seeded } from './world.ts'

const input = (changes: Partial<EvidenceInput> = {}): EvidenceInput => ({
  evidence: evidenceOf(),
  manifest: genesis,
  nowMs,
  nonce,
  ...changes,
})

const judge = (changes: Partial<EvidenceInput>) => {
  const result = verifyEvidence(input(changes))
  return result.ok ? 'accepted' : result.refusal.code
}

/** The same mesh under a manifest with some fields changed; the node still names the old one. */
const under = (changes: Partial<Manifest>): Partial<EvidenceInput> => ({
  manifest: { ...genesis, manifest: { ...genesisFields, ...changes } },
})

describe('evidence under a manifest', () => {
  it('gives a verdict that says SIMULATED, with the zone and level of the inventory', () => {
    const result = verifyEvidence(input())
    expect(result).toMatchObject({
      ok: true,
      value: {
        simulated: true,
        fresh: true,
        zone: { id: 'eu', level: 3 },
        measurement: toHex(mrEnclave),
        manifestSerial: 1,
        identity,
      },
    })
    expect(explainEvidence(result)).toContain('SIMULATED')
  })

  it('is not said to be fresh without a nonce', () => {
    const { nonceSignature: _, ...evidence } = evidenceOf()
    const result = verifyEvidence({ evidence, manifest: genesis, nowMs })
    expect(result).toMatchObject({ ok: true, value: { fresh: false } })
  })

  it('is refused from another measurement, with expected and seen', () => {
    const other = new Uint8Array(32).fill(1)
    const result = verifyEvidence(input({ evidence: evidenceOf({ quote: { mrEnclave: other } }) }))
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: 'wrong_measurement', subject: 'measurement' },
      differences: [{ what: 'measurement', expected: toHex(mrEnclave), seen: toHex(other) }],
    })
    expect(explainEvidence(result)).toContain(`seen      ${toHex(other)}`)
  })

  it('is refused from a measurement that is not in force yet', () => {
    const measurements = [{ mrEnclave: toHex(mrEnclave), notBefore: '2026-11-22T12:00:01Z' }]
    expect(judge(under({ measurements }))).toBe('measurement_not_in_force')
    const now = [{ mrEnclave: toHex(mrEnclave), notBefore: '2026-11-22T12:00:00Z' }]
    expect(judge(under({ measurements: now }))).toBe('accepted')
  })

  it('is refused from a debug enclave', () => {
    expect(judge({ evidence: evidenceOf({ quote: { debug: true } }) })).toBe('debug_enclave')
  })

  it('is refused with a TCB status that the manifest does not allow', () => {
    const evidence = evidenceOf({ collateral: { tcbStatus: 'OutOfDate' } })
    expect(judge({ evidence })).toBe('tcb_not_allowed')
    const allowed = evidenceOf({ collateral: { tcbStatus: 'SWHardeningNeeded' } })
    expect(judge({ evidence: allowed })).toBe('accepted')
  })

  it('is refused with TCB evaluation data older than the manifest allows', () => {
    const evidence = evidenceOf({ collateral: { tcbEvaluationDataNumber: 16 } })
    expect(judge({ evidence })).toBe('tcb_data_too_old')
    const newer = evidenceOf({ collateral: { tcbEvaluationDataNumber: 18 } })
    expect(judge({ evidence: newer })).toBe('accepted')
  })

  it('is refused from a platform that is not on the inventory', () => {
    const stranger = createSimulatedPlatform(root, { entropy: seeded('stranger'), nowMs })
    expect(judge({ evidence: evidenceOf({ platform: stranger }) })).toBe('platform_not_listed')
    expect(judge(under({ inventory: [] }))).toBe('platform_not_listed')
  })

  it('is refused where the node claims another zone than the inventory gives it', () => {
    const evidence = evidenceOf({ identity: { zone: ZoneId('us') } })
    expect(judge({ evidence })).toBe('wrong_zone')
    const inventory = [{ ppidHash: ppidHashOf(platform), zone: ZoneId('us') }]
    expect(judge(under({ inventory }))).toBe('wrong_zone')
  })

  it('is refused where the quote is not over this identity', () => {
    const evidence = {
      ...evidenceOf(),
      quote: evidenceOf({ identity: { zone: ZoneId('us') } }).quote,
    }
    expect(judge({ evidence })).toBe('wrong_report_data')
    const spaced = { ...evidenceOf(), identity: new Uint8Array([...evidenceOf().identity, 0x20]) }
    expect(judge({ evidence: spaced })).toBe('wrong_report_data')
  })

  it('is refused from a node of another mesh', () => {
    const mesh = MeshId(`mesh_${'00'.repeat(32)}`)
    expect(judge({ evidence: evidenceOf({ identity: { mesh } }) })).toBe('wrong_mesh')
  })

  it('is refused under a manifest that the verifier does not name', () => {
    const manifest = '11'.repeat(32)
    const evidence = evidenceOf({ identity: { manifest } })
    expect(judge({ evidence })).toBe('wrong_manifest')
    expect(judge({ evidence, acceptManifests: [manifest] })).toBe('accepted')
  })

  it('is refused once the verifier’s manifest has expired', () => {
    expect(judge(under({ expiresAt: '2026-11-22T11:59:59Z' }))).toBe('manifest_expired')
  })

  it('is refused with expired collateral', () => {
    expect(judge({ nowMs: nowMs + 31 * dayMs })).toBe('collateral_expired')
  })

  it('is refused from the end of its identity on, and long before its beginning', () => {
    const at = (ms: number) => judge({ nowMs: nowMs + ms })
    expect(at(dayMs - 1)).toBe('accepted')
    expect(at(dayMs)).toBe('identity_expired')
    const from = (notBefore: string) => judge({ evidence: evidenceOf({ identity: { notBefore } }) })
    expect(from('2026-11-22T13:00:00Z')).toBe('accepted')
    expect(from('2026-11-22T13:00:00.001Z')).toBe('identity_not_yet_valid')
    const evidence = evidenceOf({ identity: { notAfter: '2026-11-22T13:00:00Z' } })
    expect(verifyEvidence({ evidence, manifest: genesis, nowMs })).toMatchObject({
      value: { validUntilMs: nowMs + 3_600_000 },
    })
  })

  it('is refused with a signature over another nonce, or none where one was sent', () => {
    const other = new Uint8Array(32).fill(9)
    expect(judge({ nonce: other })).toBe('wrong_nonce')
    const { nonceSignature: _, ...unsigned } = evidenceOf()
    expect(judge({ evidence: unsigned })).toBe('wrong_nonce')
    const short = nonce.slice(0, 16)
    expect(judge({ nonce: short, evidence: evidenceOf({ nonce: short }) })).toBe('wrong_nonce')
  })

  it('is refused by a hardware mesh with a code of its own when it is simulated', () => {
    const { simulatedRoot: _, ...rest } = genesisFields
    const hardware = verified({ ...rest, kind: 'hardware' })
    expect(judge({ manifest: hardware })).toBe('simulated_evidence')
    expect(intelRootCa().length).toBe(659)
  })

  it('is refused with an identity that cannot be parsed', () => {
    const evidence = { ...evidenceOf(), identity: new Uint8Array([0x7b]) }
    expect(judge({ evidence })).toBe('identity_malformed')
  })

  it('reports every difference at once', () => {
    const evidence = evidenceOf({
      identity: { zone: ZoneId('us') },
      quote: { mrEnclave: new Uint8Array(32) },
      collateral: { tcbStatus: 'OutOfDate', tcbEvaluationDataNumber: 1 },
    })
    const result = verifyEvidence(input({ evidence }))
    if (result.ok) throw new Error('accepted')
    expect(result.differences.map(({ what }) => what)).toEqual([
      'measurement',
      'TCB status',
      'TCB evaluation data number',
      'zone',
    ])
  })
})

describe('evidence on the wire', () => {
  it('is read back as it was written', () => {
    const evidence = evidenceOf()
    expect(parseEvidence(encodeEvidence(evidence))).toEqual(evidence)
  })

  it('is refused with any field missing or unknown, and never breaks the parser', () => {
    const whole = JSON.parse(new TextDecoder().decode(encodeEvidence(evidenceOf())))
    for (const field of ['format', 'identity', 'quote', 'collateral']) {
      const { [field]: _, ...rest } = whole
      const bytes = new TextEncoder().encode(JSON.stringify(rest))
      expect(attempt(() => parseEvidence(bytes)).ok).toBe(false)
    }
    const more = new TextEncoder().encode(JSON.stringify({ ...whole, more: 1 }))
    expect(attempt(() => parseEvidence(more)).ok).toBe(false)
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(attempt(() => parseEvidence(bytes)).ok).toBe(false)
      }),
    )
  })
})
