import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { etcdProgram } from '../support/etcd.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { findProgram } from '../support/program.ts'
import { ipProgram, openZoneNetwork } from '../support/zone-network.ts'
import { lineOf, type MeshFigures, runFaults } from './mesh-scenario.ts'

const zones = defaultZones.map(({ id }) => id)
const ip = findProgram(ipProgram)
const etcd = findProgram(etcdProgram)
const network = ip === undefined ? 'there is no ip' : openZoneNetwork(ip, zones)
if (typeof network === 'string') console.log(`not run: ${network}`)

describe.skipIf(typeof network === 'string' || etcd === undefined)(
  'a mesh of two nodes a zone on etcd, under one fault after another',
  () => {
    let mesh: TestMesh
    let figures: MeshFigures
    beforeAll(async () => {
      if (typeof network === 'string') return
      mesh = await startMesh({ nodesPerZone: 2, etcdMembers: 1, network })
      figures = await runFaults(mesh, network, {
        signers: 3,
        createPauseMs: 300,
        calmMs: 200,
        faults: [
          { fault: 'node killed', lastsMs: 1500 },
          { fault: 'two zones parted', lastsMs: 3000 },
          { fault: 'node stopped', lastsMs: 3000 },
        ],
      })
      for (const fault of figures.faults) console.log(lineOf(fault))
      console.log(JSON.stringify({ limits: figures.limits, intents: figures.intents }))
    }, 240_000)
    afterAll(async () => {
      await mesh?.stop()
      if (typeof network !== 'string') await network[Symbol.asyncDispose]()
    }, 60_000)

    it('has lost no wallet that it acknowledged: each zone signs for each of them', () => {
      expect(figures.acknowledged).toBeGreaterThan(5)
      expect(figures.lost).toEqual([])
    })

    it('went on signing under every fault, without one failed request', () => {
      for (const fault of figures.faults) {
        expect(fault.signed).toBeGreaterThan(0)
        expect(fault.failed).toBe(0)
        expect(fault.stallMs).toBeLessThan(10_000)
      }
    })

    it('has signed no more under a limit than it allows, all zones together', () => {
      for (const { limit, signedInTheEnd, exceeded } of figures.limits) {
        expect(exceeded).toBe(0)
        // Little is lost to what a node had set aside when it was killed.
        expect(signedInTheEnd).toBeGreaterThan(limit / 2)
      }
      expect(Math.max(...figures.limits.map(({ signed }) => signed))).toBeGreaterThan(0)
      const refused = figures.limits.map((limit) => limit.refused['limit_exceeded'] ?? 0)
      expect(Math.max(...refused)).toBeGreaterThan(0)
    })

    it('has signed one transaction at most under an intent that signs once', () => {
      expect(figures.intents.signedOnce).toBeGreaterThan(figures.intents.intents / 2)
      expect(figures.intents.refused['intent_used']).toBeGreaterThan(0)
      expect(figures.intents.signedTwice).toBe(0)
    })

    it('continued every creation that a fault interrupted, by the same bytes', () => {
      const interrupted = figures.faults.reduce((sum, fault) => sum + fault.interrupted, 0)
      expect(figures.continued).toBeGreaterThanOrEqual(interrupted)
    })

    it('had all its nodes signing again within half a minute of each fault', () => {
      for (const { recoveryMs } of figures.faults) expect(recoveryMs).toBeLessThan(30_000)
    })
  },
)
