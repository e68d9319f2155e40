import {
  type EvidenceInput,
  encodeIdentity,
  explainEvidence,
  quotePlatform,
  verifyEvidence,
  withoutZeroPadding,
} from '@holdfast/attestation'
import type { Manifest } from '@holdfast/base/manifest'
import { describe, expect, it } from 'vitest'
import { genesisFields, identity, verified } from './mesh.ts'
import { realEvidence, realNowMs } from './world.ts'

for (const platform of ['sgx', 'tdx'] as const) {
  const real = realEvidence(platform)
  describe.skipIf(real === undefined)(`real ${platform} evidence in a mesh of hardware`, () => {
    const quote = withoutZeroPadding(real?.quote ?? new Uint8Array())
    const about = () => {
      const known = quotePlatform(quote)
      if (!known.ok) throw new Error(known.refusal.code)
      return known.value
    }
    const { simulatedRoot: _, ...fields } = genesisFields
    const times = {
      notBefore: new Date(realNowMs).toISOString(),
      notAfter: new Date(realNowMs + 3_600_000).toISOString(),
    }
    const judge = (changes: Partial<Manifest> = {}, input: Partial<EvidenceInput> = {}) => {
      const manifest = verified({
        ...fields,
        kind: 'hardware',
        issuedAt: '2025-06-01T00:00:00Z',
        expiresAt: '2025-12-01T00:00:00Z',
        measurements: [{ mrEnclave: about().measurement, notBefore: '2025-06-01T00:00:00Z' }],
        tcb: {
          allowedStatuses: ['UpToDate', 'ConfigurationAndSWHardeningNeeded'],
          minTcbEvaluationDataNumber: 17,
        },
        inventory: [{ ppidHash: about().ppidHash, zone: fields.zones[0]!.id }],
        ...changes,
      })
      const { mesh, hash } = manifest
      return verifyEvidence({
        evidence: {
          quote,
          collateral: real!.collateral,
          identity: encodeIdentity({ ...identity, ...times, mesh, manifest: hash }),
        },
        manifest,
        nowMs: realNowMs,
        ...input,
      })
    }
    const broken = (...parameters: Parameters<typeof judge>): string[] => {
      const result = judge(...parameters)
      return result.ok ? [] : result.differences.map(({ what }) => what)
    }

    it('breaks no rule but that it is the evidence of another enclave', () => {
      expect(judge()).toMatchObject({ refusal: { code: 'wrong_report_data' } })
      expect(broken()).toEqual(['report data'])
    })

    it('is told from the platforms of the inventory, which is required', () => {
      const others = [{ ppidHash: 'ab'.repeat(32), zone: fields.zones[0]!.id }]
      expect(broken({ inventory: others })).toEqual(['report data', 'platform'])
      expect(broken({ inventory: [] })).toEqual(['report data', 'platform'])
      const elsewhere = [{ ppidHash: about().ppidHash, zone: fields.zones[1]!.id }]
      expect(broken({ inventory: elsewhere })).toEqual(['report data', 'zone'])
    })

    it('is held to measurement, TCB status and evaluation number', () => {
      const other = [{ mrEnclave: 'cd'.repeat(32), notBefore: '2025-06-01T00:00:00Z' }]
      expect(broken({ measurements: other })).toContain('measurement')
      const late = [{ mrEnclave: about().measurement, notBefore: '2025-07-01T00:00:00Z' }]
      expect(broken({ measurements: late })).toEqual(['report data', 'measurement in force'])
      const tcb = { allowedStatuses: ['OutOfDate' as const], minTcbEvaluationDataNumber: 18 }
      expect(broken({ tcb })).toEqual(['report data', 'TCB status', 'TCB evaluation data number'])
      expect(explainEvidence(judge({ tcb }))).toContain('at least 18')
    })

    it('is refused once its collateral has expired', () => {
      const nowMs = Date.parse('2025-08-01T00:00:00Z')
      expect(judge({}, { nowMs })).toMatchObject({ refusal: { code: 'collateral_expired' } })
    })
  })
}
