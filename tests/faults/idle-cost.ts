/** The CPU that nodes and etcd members of a mesh take while nobody asks them for anything. */
import { setTimeout as delay } from 'node:timers/promises'
import { cpuMicrosOf } from '../../bench/server/cpu-time.ts'
import type { TestMesh } from '../support/mesh.ts'

/** By then the engine has compiled what runs all the time, and zones have compared records. */
export const idleAfterMs = 15_000

export type IdleCost = { readonly nodePercent: number; readonly etcdPercent: number }

const percentOf = async (pids: readonly number[], ms: number): Promise<number> => {
  const before = pids.map(cpuMicrosOf)
  await delay(ms)
  const used = pids.reduce((sum, pid, index) => sum + cpuMicrosOf(pid) - (before[index] ?? 0), 0)
  return Math.round((used / pids.length / (ms * 1000)) * 1000) / 10
}

export const idleCost = async (mesh: TestMesh, ms: number): Promise<IdleCost> => {
  await delay(idleAfterMs)
  const [nodePercent, etcdPercent] = await Promise.all([
    percentOf(
      mesh.nodes.map((node) => node.pid()),
      ms,
    ),
    percentOf(
      mesh.etcd.map((member) => member.pid()),
      ms,
    ),
  ])
  return { nodePercent, etcdPercent }
}
