import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { etcdProgram } from '../support/etcd.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { findProgram } from '../support/program.ts'
import { buildTwoReleases, type Code, canBuildReleases } from '../support/two-releases.ts'
import { type UpgradeFigures, type UpgradePhase, upgradeUnderLoad } from './upgrade-scenario.ts'

const possible = findProgram(etcdProgram) !== undefined && canBuildReleases()

describe.skipIf(!possible)('two zones of two nodes on etcd, upgraded node by node', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'))
  let mesh: TestMesh
  let codes: { readonly before: Code; readonly after: Code }
  let figures: UpgradeFigures
  beforeAll(async () => {
    codes = await buildTwoReleases(join(import.meta.dirname, '../..'), dir)
    const zones = defaultZones.slice(0, 2)
    mesh = await startMesh({ zones, nodesPerZone: 2, etcdMembers: 1, code: codes.before })
    const size = { signers: 2, createPauseMs: 400, signPauseMs: 30, phaseMs: 300, unlistedMs: 500 }
    figures = await upgradeUnderLoad(mesh, { ...codes, ...size, tooEarly: false })
    console.log(JSON.stringify({ ...figures, holders: [...figures.holders] }))
  }, 180_000)
  afterAll(async () => {
    await mesh?.stop()
    rmSync(dir, { recursive: true })
  }, 60_000)

  const at = (phase: UpgradePhase) => figures.holders.get(phase) ?? []
  const old = { code: 'old', sealed: [1], epoch: 1 }
  const names = (): ReadonlyMap<string, string> =>
    new Map([
      [codes.before.measurement, 'old'],
      [codes.after.measurement, 'new'],
    ])
  const seen = (phase: UpgradePhase) =>
    at(phase).map(({ code, sealed, epoch }) => ({ code: names().get(code), sealed, epoch }))

  it('failed no signature and lost no wallet', () => {
    expect(figures.codes).toEqual({})
    for (const { phase, signed } of figures.phases) {
      if (phase !== 'old code alone') expect(signed, phase).toBeGreaterThan(0)
    }
    expect(figures.acknowledged).toBeGreaterThan(5)
    expect(figures.lost).toEqual([])
  })

  it('handed the key over from the old code to the new one while both were listed', () => {
    expect(seen('old code alone')).toEqual([old, old, old, old])
    expect(seen('both listed')).toEqual([old, old, old, old])
    const next = { code: 'new', sealed: [1], epoch: 1 }
    expect(seen('nodes replaced')).toEqual([next, next, next, old])
  })

  it('had another key in each zone once the old code was removed, which got none of them', () => {
    const next = { code: 'new', sealed: [2], epoch: 2 }
    expect(seen('last node replaced')).toEqual([next, next, next, next])
    expect(seen('old code removed').slice(0, 3)).toEqual([next, next, next])
    expect(figures.left.sealed).toEqual([1])
    expect(figures.late.sealed).toEqual([1])
  })

  it('let the old code serve no longer, neither what ran nor what was started', () => {
    expect(figures.left.state).not.toBe('ok')
    expect(figures.late.state).toBe('waiting for zone key')
  })
})
