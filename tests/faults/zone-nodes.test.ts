import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { commitDeadlineMs } from '@holdfast/node/stores/etcd/limits'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { etcdProgram } from '../support/etcd.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { findProgram } from '../support/program.ts'
import { type StopFigures, stopInZone } from './stop-scenario.ts'

describe.skipIf(findProgram(etcdProgram) === undefined)('three nodes of a zone on etcd', () => {
  let mesh: TestMesh
  let figures: StopFigures
  beforeAll(async () => {
    mesh = await startMesh({ zones: defaultZones.slice(0, 1), nodesPerZone: 3, etcdMembers: 3 })
    figures = await stopInZone(mesh)
    console.log(JSON.stringify(figures))
  }, 120_000)
  afterAll(() => mesh?.stop(), 60_000)

  it('all stop within a second for a credential that one of them revoked', () => {
    expect(figures.signed).toHaveLength(3)
    for (const count of figures.signed) expect(count).toBeGreaterThan(0)
    for (const ms of figures.revokedMs) expect(ms).toBeLessThan(1000)
  })

  it('go on by another member of etcd where the one that they ask was stopped', () => {
    // A commit that is on its way to it must not hold all others up until its deadline.
    for (const ms of figures.memberMs) expect(ms).toBeLessThan(commitDeadlineMs)
  })

  it('all refuse within a second of the silence of etcd, by a code of their own', () => {
    for (const ms of figures.silentMs) expect(ms).toBeLessThan(1000)
    expect(figures.codes).toContain('stale_zone')
  })

  it('all sign again once etcd goes on', () => {
    for (const ms of figures.backMs) expect(ms).toBeLessThan(20_000)
  })
})
