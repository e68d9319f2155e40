import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { etcdProgram } from '../support/etcd.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { findProgram } from '../support/program.ts'
import { type RotationFigures, rotateAndMove } from './rotation-scenario.ts'

describe.skipIf(findProgram(etcdProgram) === undefined)(
  'three zones on etcd, under writers',
  () => {
    let mesh: TestMesh
    let figures: RotationFigures
    beforeAll(async () => {
      mesh = await startMesh({ etcdMembers: 1 })
      figures = await rotateAndMove(mesh, { signers: 2, createPauseMs: 400, signPauseMs: 30 })
      console.log(JSON.stringify({ ...figures, phases: [...figures.phases] }))
    }, 180_000)
    afterAll(() => mesh?.stop(), 60_000)

    it('fail no signature and lose no wallet', () => {
      expect(figures.codes).toEqual({})
      expect(figures.phases.get('rotation')?.signed).toBeGreaterThan(0)
      expect(figures.phases.get('placement')?.created).toBeGreaterThan(0)
      expect(figures.lost).toEqual([])
    })

    it('have every record of a zone under its new key once that is rotated', () => {
      const { sealedBefore, sealedAfter } = figures
      expect(sealedBefore).toHaveLength(1)
      expect(sealedAfter).toEqual([0, expect.any(Number)])
      expect(sealedAfter[1]).toBeGreaterThan(sealedBefore[0]!)
    })

    it('erase wallets in the zone that leaves their placement, and copy them back', () => {
      expect(figures.heldBefore).toEqual(['object 4', 'wallet 4'])
      // That they are gone is remembered: only a later placement that names the zone counts there.
      expect(figures.heldAway).toEqual(['gone 4'])
      expect(figures.heldAgain).toEqual(expect.arrayContaining([...figures.heldBefore]))
      expect(figures.signedMoving).toBeGreaterThan(0)
    })

    it('open the store with the new key when the nodes of the zone start again', () => {
      expect(figures.restarted).toEqual([{ sealed: [2], epoch: 2 }])
    })
  },
)
