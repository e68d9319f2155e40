import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { type KillFigures, killUnderLoad, lineOf } from './kill-scenario.ts'

let mesh: TestMesh
let figures: KillFigures
beforeAll(async () => {
  mesh = await startMesh()
  figures = await killUnderLoad(mesh, {
    victim: 'eu-west',
    signers: 4,
    beforeMs: 1000,
    downMs: 3500,
    downSigns: 60,
    afterMs: 1000,
  })
  console.log(lineOf(figures))
}, 180_000)
afterAll(() => mesh?.stop())

describe('a mesh of which one node was killed with -9 under load', () => {
  it('has lost no wallet that it acknowledged: each zone signs for each of them', () => {
    expect(figures.acknowledged).toBeGreaterThan(10)
    expect(figures.lost).toEqual([])
  })

  it('went on signing by the other nodes, without one failed request', () => {
    const { before, down, after } = figures
    expect([before.errors, down.errors, after.errors]).toEqual([0, 0, 0])
    expect(down.done).toBeGreaterThanOrEqual(60)
    expect(down.stallMs).toBeLessThan(10_000)
    expect(down.slowestMs).toBeLessThan(20_000)
  })

  it('refused what only the home could make, and continued it by the same bytes', () => {
    expect(figures.interrupted).toBeGreaterThan(0)
    expect(figures.continued).toBe(figures.interrupted)
  })

  it('has the same wallets and keys in all zones once the node is back', () => {
    const [first, ...others] = figures.inventories
    // A wallet and its key each.
    expect(first).toHaveLength(figures.acknowledged * 2)
    for (const other of others) expect(other).toEqual(first)
    expect(figures.equalMs).toBeLessThan(60_000)
  })
})
