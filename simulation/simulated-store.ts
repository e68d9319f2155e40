/**
 * A store behind the scheduler: every call is carried out at one moment and answered at a later
 * one. A store that was revoked carries nothing out and answers nothing.
 */

import {
  type Batch,
  type Outcome,
  type Store,
  StoreUnavailable,
  type Write,
} from '@holdfast/enclave/ports/store'
import { type MemoryDisk, openMemoryStore } from '@holdfast/enclave/testing/memory-store'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type StoreCallFault =
  | 'storeUnavailable'
  | 'commitLost'
  | 'commitUnacknowledged'
  | 'commitLate'

export type SimulatedStoreOptions = {
  readonly disk: MemoryDisk
  readonly label: string
  readonly scheduler: Scheduler
  readonly random: Random
  readonly isAlive: () => boolean
  /** Asked once for each call. */
  readonly fault: (isCommit: boolean) => StoreCallFault | undefined
  /** Asked once for each way that a call goes, there and back. */
  readonly isSlow: () => boolean
  /** What really goes to the disk; the simulation's defects change it. */
  readonly mangle?: (batch: Batch) => Batch
  /** Called when a batch was applied, at the moment when it was. */
  readonly applied: (batch: Batch) => void
}

const lateMsMax = 6000

const slowMsMax = 3000

const copyOf = (write: Write): Write =>
  write.type === 'put' ? { ...write, value: Uint8Array.from(write.value) } : write

export const openSimulatedStore = (options: SimulatedStoreOptions): Store => {
  const { disk, label, scheduler, random, isAlive, fault } = options
  const memory = openMemoryStore(disk)
  /** Mostly fast, now and then not, and slow as a fault. */
  const latencyMs = (): number => {
    if (options.isSlow()) return random.between(100, slowMsMax)
    return random.chance(0.05) ? random.between(5, 120) : random.between(0.05, 3)
  }
  const later = (what: string, action: () => void): void =>
    scheduler.after(latencyMs(), `${label} ${what}`, () => {
      if (isAlive()) action()
    })

  const reading = <Value>(what: string, read: () => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      const failed = fault(false) !== undefined
      later(what, () => {
        if (failed) return later(`${what} failed`, () => reject(new StoreUnavailable(what)))
        read().then(
          (value) => later(`${what} answered`, () => resolve(value)),
          (error: unknown) => later(`${what} failed`, () => reject(error)),
        )
      })
    })

  /** What was sent to a store does not reach the older copy that was put in its place. */
  const apply = async (batch: Batch, generation: number): Promise<Outcome> => {
    if (disk.generation !== generation) return { outcome: 'unknown' }
    const written = options.mangle?.(batch) ?? batch
    const outcome = await memory.commit(written)
    if (outcome.outcome === 'applied') options.applied(written)
    return outcome
  }

  const applyLate = (batch: Batch, generation: number): void =>
    // It is on its way through the network: the death of the node does not stop it.
    scheduler.after(
      random.between(0, lateMsMax),
      `${label} commit late`,
      () => void apply(batch, generation),
    )

  const commit = (asked: Batch): Promise<Outcome> =>
    new Promise((resolve) => {
      const wrong = fault(true)
      const { generation } = disk
      // As bytes leave for a store at once, what the caller does with its buffers is its own.
      const batch = { ...asked, writes: asked.writes.map(copyOf) }
      const answer = (outcome: Outcome): void =>
        later(`commit ${outcome.outcome}`, () => resolve(outcome))
      later('commit', () => {
        if (wrong === undefined) {
          void apply(batch, generation).then(answer)
          return
        }
        if (wrong === 'commitUnacknowledged') void apply(batch, generation)
        if (wrong === 'commitLate') applyLate(batch, generation)
        answer({ outcome: 'unknown' })
      })
    })

  return {
    sharing: memory.sharing,
    incarnation: () => reading('incarnation', () => memory.incarnation()),
    revision: () => reading('revision', () => memory.revision()),
    get: (key) => reading(`get ${key}`, () => memory.get(key)),
    scan: (prefix, page) => reading(`scan ${prefix}`, () => memory.scan(prefix, page)),
    commit,
    watch: (prefix, after) => memory.watch(prefix, after),
    close: () => memory.close(),
  }
}
