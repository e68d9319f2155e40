/** One run of everything: nothing in it comes from another run. */
import { setTimeout as delay } from 'node:timers/promises'
import { cases } from './cases.ts'
import type { Breakdown } from './in-process/breakdown.ts'
import { measurePykmipGet, pykmipGet } from './kmip/pykmip-get.ts'
import * as limits from './limits.ts'
import { measureLoad } from './load/load.ts'
import { type Folder, makeFolder, remove, startMeshWorld } from './mesh-world.ts'
import { median, type Result, type Run, resultOf } from './results.ts'
import { residentBytesOf } from './server/cpu-time.ts'
import { startNode } from './server/nodes.ts'
import type { Pinning } from './server/pinned.ts'

export type RunOptions = {
  readonly pinning: Pinning
  readonly quick: boolean
  readonly say: (line: string) => void
}

type InProcess = {
  readonly limits: readonly number[]
  readonly core: readonly number[]
  readonly breakdown: Breakdown
  /** Absent where the core alone was measured. */
  readonly charge?: number
  readonly signer: string
}

const timesOf = ({ quick }: RunOptions) => ({
  seconds: quick ? limits.quickSeconds : limits.fullSeconds,
  rounds: quick ? limits.roundsQuick : limits.roundsFull,
  wallets: quick ? limits.walletsQuick : limits.walletsAtRest,
  restMs: quick ? limits.restMsQuick : limits.restMs,
})

const zone = 'eu-west'

const inFolder = async <Value>(action: (folder: Folder) => Promise<Value>): Promise<Value> => {
  const folder = await makeFolder([zone])
  try {
    return await action(folder)
  } finally {
    remove(folder)
  }
}

const folderFlags = (folder: Folder): readonly string[] => [
  `--dir=${folder.node(zone)}`,
  `--zone=${zone}`,
  `--measurement=${folder.measurement}`,
]

const inProcess = (options: RunOptions, flags: readonly string[]): Promise<InProcess> =>
  inFolder(async (folder) => {
    const { seconds, rounds } = timesOf(options)
    const times = ['--seconds', String(seconds), '--rounds', String(rounds)]
    const args = [...folderFlags(folder), ...times, ...flags]
    return JSON.parse(await options.pinning.run('bench/in-process/main.ts', args)) as InProcess
  })

type Measured = { readonly name: string; readonly parts: readonly number[] }

/** The limit is measured again between the cases, for the machine's speed may drift. */
const withNodes = async (options: RunOptions, drift: number[]): Promise<readonly Measured[]> => {
  const { seconds } = timesOf(options)
  const warmUpMs = seconds * 1000 * limits.warmUpShare
  const measured: Measured[] = []
  const world = await startMeshWorld(options.pinning)
  try {
    for (const { name, countsOthers, start } of cases) {
      const others = countsOthers ? world.others.map(({ pid }) => pid) : []
      const pids = [world.asked.pid, ...others]
      const parts = await measureLoad(await start(world), pids, { warmUpMs, seconds })
      measured.push({ name, parts })
      options.say(`${name}: ${parts.map((part) => part.toFixed(1)).join(' + ')} µs`)
      if (options.quick) continue
      const args = ['--only', 'limit', '--seconds', String(seconds / 3)]
      const output = await options.pinning.run('bench/in-process/main.ts', args)
      drift.push(...(JSON.parse(output) as { limits: number[] }).limits)
    }
  } finally {
    await world.stop()
  }
  return measured
}

/** Other servers of the same operations, where they are installed. */
const withOthers = async ({ pinning, quick, say }: RunOptions): Promise<readonly Measured[]> => {
  const seconds = quick ? limits.quickSeconds : limits.fullSeconds
  const warmUpMs = seconds * 1000 * limits.warmUpShare
  const micros = await measurePykmipGet(pinning, { warmUpMs, seconds })
  say(`${pykmipGet}: ${micros === undefined ? 'not installed' : `${micros.toFixed(1)} µs`}`)
  return micros === undefined ? [] : [{ name: pykmipGet, parts: [micros] }]
}

/** Resident memory of a node that has so many wallets and nothing to do. */
export const atRest = (
  pinning: Pinning,
  { wallets, restMs }: { readonly wallets: number; readonly restMs: number },
) =>
  inFolder(async (folder) => {
    const args = [...folderFlags(folder), '--wallets', String(wallets)]
    await pinning.run('bench/in-process/fill-store.ts', args)
    const node = await startNode(pinning, folder.node(zone), 'measured')
    try {
      await delay(restMs)
      return { wallets, residentBytes: residentBytesOf(node.pid) }
    } finally {
      await node.stop()
    }
  })

export const measureAll = async (options: RunOptions): Promise<Run> => {
  const { say, pinning } = options
  const native = await inProcess(options, [])
  say(`limit: ${median(native.limits).toFixed(1)} µs, core: ${median(native.core).toFixed(1)} µs`)
  say(`limit.charge: ${native.charge?.toFixed(1)} µs`)
  const wasm = await inProcess(options, ['--backend', 'wasm', '--only', 'core'])
  say(`core.sign.wasm: ${median(wasm.core).toFixed(1)} µs`)
  const all = [...native.limits, ...wasm.limits]
  const measured = [...(await withNodes(options, all)), ...(await withOthers(options))]
  const limit = median(all)
  const memory = await atRest(pinning, timesOf(options))
  say(`${memory.wallets} wallets: ${(memory.residentBytes / 1e6).toFixed(0)} MB`)
  const result = (name: string, micros: number): Result => resultOf(name, micros, limit)
  const total = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0)
  return {
    results: [
      result('limit', limit),
      result('core.sign', median(native.core)),
      ...measured.map(({ name, parts }) => result(name, total(parts))),
      result('core.sign.wasm', median(wasm.core)),
      result('limit.charge', native.charge ?? Number.NaN),
    ],
    parts: Object.fromEntries(measured.map(({ name, parts }) => [name, parts])),
    limits: all,
    breakdown: native.breakdown,
    memory,
    signer: native.signer,
    wasmSigner: wasm.signer,
    isPinned: pinning.isPinned,
    seconds: timesOf(options).seconds,
  }
}
