import {
  parseSignedManifest,
  upcomingMeasurements,
  verifyGenesis,
  verifyManifestChain,
  verifySuccessor,
} from '@holdfast/attestation'
import { utf8 } from '@holdfast/base/bytes'
import { MeshId } from '@holdfast/base/ids'
import { type Manifest, manifestSchema } from '@holdfast/base/manifest'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { genesis, genesisFields, governors, signed, verified } from './mesh.ts'
import { dayMs, nowMs, root } from './world.ts'

const second: Manifest = {
  ...genesisFields,
  serial: 2,
  previous: genesis.hash,
  issuedAt: '2026-11-20T00:00:00Z',
}

const codeOf = (result: ReturnType<typeof verifyGenesis>): string =>
  result.ok ? 'accepted' : result.refusal.code

const successor = (changes: Partial<Manifest>, signers = governors.slice(0, 2)): string =>
  codeOf(verifySuccessor(genesis, signed({ ...second, ...changes }, signers), nowMs))

describe('the first manifest', () => {
  it('is accepted with its own governors’ signatures, and names the mesh by its hash', () => {
    expect(genesis.mesh).toBe(MeshId(`mesh_${genesis.hash}`))
    expect(codeOf(verifyGenesis(signed(genesisFields), genesis.mesh))).toBe('accepted')
  })

  it('is refused with too few signatures, an unknown governor or another’s signature', () => {
    const [ada, bob, cyd] = governors
    const fake = { ...bob!, privateKey: cyd!.privateKey }
    expect(codeOf(verifyGenesis(signed(genesisFields, [ada!])))).toBe('manifest_signature')
    expect(codeOf(verifyGenesis(signed(genesisFields, [ada!, fake])))).toBe('manifest_signature')
    expect(codeOf(verifyGenesis(signed(genesisFields, [ada!, ada!])))).toBe('manifest_signature')
    const twice = [ada!, bob!, ada!]
    expect(codeOf(verifyGenesis(signed(genesisFields, twice)))).toBe('manifest_signature')
    const stranger = { ...cyd!, id: 'eve' }
    expect(codeOf(verifyGenesis(signed(genesisFields, [ada!, bob!, stranger])))).toBe(
      'manifest_signature',
    )
  })

  it('is refused where another mesh is expected, or where it is not the first', () => {
    const other = verified({ ...genesisFields, name: 'other' })
    expect(codeOf(verifyGenesis(signed(genesisFields), other.mesh))).toBe('wrong_mesh')
    expect(codeOf(verifyGenesis(signed(second)))).toBe('manifest_not_genesis')
  })
})

describe('the next manifest', () => {
  it('is accepted with signatures of the governors before it', () => {
    expect(successor({})).toBe('accepted')
    expect(successor({ serial: 9 })).toBe('accepted')
    const next = verifySuccessor(genesis, signed(second), nowMs)
    expect(next).toMatchObject({ value: { mesh: genesis.mesh } })
  })

  it('is refused with signatures of its own governors alone', () => {
    const keys = [{ id: 'cyd', publicKey: governors[2]!.publicKey }]
    const taken = { governors: { threshold: 1, keys } }
    expect(successor(taken, [governors[2]!])).toBe('manifest_signature')
    expect(successor(taken)).toBe('accepted')
  })

  it('is refused where a byte of it changed after it was signed', () => {
    const untrusted = signed(second)
    const bytes = untrusted.bytes.slice()
    bytes[bytes.length - 1] = 0x20
    const changed = { ...untrusted, bytes }
    expect(codeOf(verifySuccessor(genesis, changed, nowMs))).toBe('manifest_signature')
  })

  it('is refused when it is older, when it does not follow, and when it forks', () => {
    const current = verifySuccessor(genesis, signed(second), nowMs)
    if (!current.ok) throw new Error('not accepted')
    const again = signed(genesisFields)
    expect(codeOf(verifySuccessor(current.value, again, nowMs))).toBe('manifest_rollback')
    const fork = signed({ ...second, name: 'fork' })
    expect(codeOf(verifySuccessor(current.value, fork, nowMs))).toBe('manifest_chain')
    const skipping = signed({ ...second, serial: 3 })
    expect(codeOf(verifySuccessor(current.value, skipping, nowMs))).toBe('manifest_chain')
  })

  it('is refused once it has expired', () => {
    expect(successor({ expiresAt: '2026-11-22T11:59:59Z' })).toBe('manifest_expired')
  })

  it('keeps the kind, the simulated roots and the nonce for good', () => {
    expect(successor({ nonce: '00'.repeat(32) })).toBe('manifest_kind_changed')
    expect(successor({ simulatedRoot: root.platformCaCertificate })).toBe('manifest_kind_changed')
    const { platformCaCertificate: simulatedSnpRoot } = root
    expect(successor({ simulatedSnpRoot })).toBe('manifest_kind_changed')
    const { simulatedRoot: _, ...rest } = second
    const hardware = signed({ ...rest, kind: 'hardware' })
    expect(codeOf(verifySuccessor(genesis, hardware, nowMs))).toBe('manifest_kind_changed')
  })
})

describe('a chain of manifests', () => {
  const chain = [signed({ ...genesisFields }), signed(second)]
  const verify = (changes: Partial<Parameters<typeof verifyManifestChain>[0]>) =>
    codeOf(verifyManifestChain({ chain, mesh: genesis.mesh, minSerial: 2, nowMs, ...changes }))

  it('is accepted from the mesh id alone, to its last', () => {
    expect(verify({})).toBe('accepted')
    expect(verifyManifestChain({ chain, mesh: genesis.mesh, minSerial: 1, nowMs })).toMatchObject({
      value: { manifest: { serial: 2 } },
    })
  })

  it('is refused when it ends below the least serial, is empty, has a gap or has expired', () => {
    expect(verify({ minSerial: 3 })).toBe('manifest_rollback')
    expect(verify({ chain: [] })).toBe('manifest_malformed')
    expect(verify({ chain: [chain[1]!] })).toBe('manifest_not_genesis')
    expect(verify({ nowMs: nowMs + 400 * dayMs })).toBe('manifest_expired')
  })
})

describe('the schema of manifests', () => {
  const refuses = (changes: Record<string, unknown>): boolean =>
    !manifestSchema.safeParse({ ...genesisFields, ...changes }).success

  it('refuses contradictions', () => {
    expect(refuses({})).toBe(false)
    expect(refuses({ kind: 'hardware' })).toBe(true)
    expect(refuses({ serial: 2 })).toBe(true)
    expect(refuses({ zones: [...genesisFields.zones, genesisFields.zones[0]] })).toBe(true)
    expect(refuses({ inventory: [{ ppidHash: '00'.repeat(32), zone: 'mars' }] })).toBe(true)
    expect(refuses({ governors: { ...genesisFields.governors, threshold: 4 } })).toBe(true)
    expect(refuses({ expiresAt: genesisFields.issuedAt })).toBe(true)
    expect(refuses({ expiresAt: '2027-02-30T00:00:00Z' })).toBe(true)
    expect(refuses({ unknown: 1 })).toBe(true)
    const tcb = { allowedStatuses: ['Revoked'], minTcbEvaluationDataNumber: 1 }
    expect(refuses({ tcb })).toBe(true)
  })

  it('refuses every file that is not a signed manifest, without breaking', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
        expect(parseSignedManifest(bytes)).toMatchObject({
          refusal: { code: 'manifest_malformed' },
        })
      }),
    )
  })
})

describe('a new measurement', () => {
  const delayMs = 2 * dayMs
  const first = verified({ ...genesisFields, measurementDelayMs: delayMs })
  const issuedMs = Date.parse(second.issuedAt)
  const after = (ms: number) => [
    ...genesisFields.measurements,
    { mrEnclave: 'e7'.repeat(32), notBefore: new Date(issuedMs + ms).toISOString() },
  ]
  const base = { ...second, previous: first.hash, measurementDelayMs: delayMs }
  const next = (changes: Partial<Manifest>, signers = governors.slice(0, 2)): string =>
    codeOf(verifySuccessor(first, signed({ ...base, ...changes }, signers), nowMs))

  it('waits for the delay of the manifest before, or all governors sign', () => {
    expect(next({ measurements: after(delayMs) })).toBe('accepted')
    expect(next({ measurements: after(delayMs - 1) })).toBe('manifest_delay')
    expect(next({ measurements: after(0) }, governors)).toBe('accepted')
  })

  it('does not come into force earlier by a later manifest', () => {
    const listed = signed({ ...base, measurements: after(delayMs) })
    const known = verifySuccessor(first, listed, nowMs)
    if (!known.ok) throw new Error('not accepted')
    const sooner = { ...base, serial: 3, previous: known.value.hash, measurements: after(0) }
    expect(codeOf(verifySuccessor(known.value, signed(sooner), nowMs))).toBe('manifest_delay')
  })

  it('is not hastened by a shorter delay or an earlier date of issue', () => {
    const { measurementDelayMs: _, ...none } = base
    expect(codeOf(verifySuccessor(first, signed(none), nowMs))).toBe('manifest_delay')
    const issuedAt = '2026-10-01T00:00:00Z'
    expect(next({ issuedAt, measurements: after(delayMs) })).toBe('manifest_delay')
  })

  it('is not hastened by a quorum that has made itself all governors', () => {
    const [ada, bob] = governors
    const keys = [ada!, bob!].map(({ id, publicKey }) => ({ id, publicKey }))
    const taken = signed({ ...base, governors: { threshold: 2, keys } })
    const known = verifySuccessor(first, taken, nowMs)
    if (!known.ok) throw new Error('not accepted')
    const third = { ...taken.manifest, serial: 3, previous: known.value.hash }
    const hasty = signed({ ...third, measurements: after(0) })
    expect(codeOf(verifySuccessor(known.value, hasty, nowMs))).toBe('manifest_delay')
    const settledMs = issuedMs + delayMs
    const issuedAt = new Date(settledMs).toISOString()
    const late = { ...third, issuedAt, measurements: after(delayMs) }
    expect(codeOf(verifySuccessor(known.value, signed(late), nowMs))).toBe('accepted')
  })

  it('waits from when its manifest is first seen too, whatever its date', () => {
    const accepted = (changes: Partial<Manifest>, signers = governors.slice(0, 2)) => {
      const result = verifySuccessor(first, signed({ ...base, ...changes }, signers), nowMs)
      if (!result.ok) throw new Error(result.refusal.code)
      return result.value
    }
    const measurement = 'e7'.repeat(32)
    const listed = accepted({ measurements: after(delayMs) })
    const waits = [{ measurement, manifest: listed.hash, delayMs }]
    expect(listed.delayed).toEqual(waits)
    expect(accepted({ measurements: after(0) }, governors).delayed).toEqual([])
    // A later manifest that lists it still does not begin the delay anew.
    const later = { ...base, serial: 3, previous: listed.hash, measurements: after(delayMs) }
    const kept = verifySuccessor(listed, signed(later), nowMs)
    expect(kept).toMatchObject({ value: { delayed: waits } })
  })

  it('of all governors waits from when these were first seen', () => {
    const [ada, bob] = governors
    const keys = [ada!, bob!].map(({ id, publicKey }) => ({ id, publicKey }))
    const taken = verifySuccessor(
      first,
      signed({ ...base, issuedAt: '2026-11-01T00:00:00Z', governors: { threshold: 2, keys } }),
      nowMs,
    )
    if (!taken.ok) throw new Error(taken.refusal.code)
    const { manifest, hash } = taken.value
    const issuedAt = new Date(Date.parse(manifest.issuedAt) + delayMs).toISOString()
    const next = { ...manifest, serial: 3, previous: hash, issuedAt, measurements: after(0) }
    const hasty = verifySuccessor(taken.value, signed(next), nowMs)
    const measurement = 'e7'.repeat(32)
    expect(hasty).toMatchObject({ value: { delayed: [{ measurement, manifest: hash, delayMs }] } })
  })

  it('is shown before it is in force', () => {
    const manifest = { ...genesisFields, measurements: after(delayMs) }
    const notBefore = new Date(issuedMs + delayMs).toISOString()
    expect(upcomingMeasurements({ manifest }, issuedMs)).toEqual([
      { measurement: 'e7'.repeat(32), notBefore },
    ])
    expect(upcomingMeasurements({ manifest }, issuedMs + delayMs)).toEqual([])
  })
})
