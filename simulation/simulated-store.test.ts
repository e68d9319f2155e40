import type { Store } from '@holdfast/enclave/ports/store'
import { createMemoryDisk, type MemoryDisk } from '@holdfast/enclave/testing/memory-store'
import { describeStore } from '@holdfast/enclave/testing/store-conformance'
import { describe, expect, it } from 'vitest'
import { createRandom } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { openSimulatedStore, type StoreCallFault } from './simulated-store.ts'

const turnOfLoop = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Lets events happen as fast as they come, as a run does, until it is told to stop. */
const pump = (scheduler: Scheduler): (() => void) => {
  const state = { stopped: false }
  const turn = async (): Promise<void> => {
    while (!state.stopped) {
      if (!(await scheduler.step())) await turnOfLoop()
    }
  }
  void turn()
  return () => {
    state.stopped = true
  }
}

type Under = { readonly isAlive?: () => boolean; readonly fault?: () => StoreCallFault | undefined }

const open = (disk: MemoryDisk, scheduler: Scheduler, under: Under = {}): Store =>
  openSimulatedStore({
    disk,
    scheduler,
    label: 'test',
    random: createRandom(1, 'store'),
    isAlive: under.isAlive ?? (() => true),
    fault: under.fault ?? (() => undefined),
    isSlow: () => false,
    applied: () => undefined,
  })

describeStore('simulated', async () => {
  const disk = createMemoryDisk()
  const scheduler = createScheduler()
  const stop = pump(scheduler)
  const store = open(disk, scheduler)
  return {
    store,
    reopen: async () => {
      await store.close()
      return open(disk, scheduler)
    },
    dispose: async () => {
      await store.close()
      stop()
    },
  }
})

const putA = {
  conditions: [],
  writes: [{ type: 'put', key: 'a', value: Uint8Array.of(1) }],
} as const

const runAll = async (scheduler: Scheduler): Promise<void> => {
  while (await scheduler.step());
}

describe('the simulated store', () => {
  it('answers nothing and does nothing more once its node is dead', async () => {
    const scheduler = createScheduler()
    const disk = createMemoryDisk()
    let alive = true
    const store = open(disk, scheduler, { isAlive: () => alive })
    let settled = 0
    for (const call of [store.commit(putA), store.get('a')]) void call.then(() => (settled += 1))
    alive = false
    await runAll(scheduler)
    expect([settled, disk.records.size]).toEqual([0, 0])
  })

  it('applies a late commit after it answered unknown, even for a dead node', async () => {
    const scheduler = createScheduler()
    const disk = createMemoryDisk()
    const store = open(disk, scheduler, { fault: () => 'commitLate' })
    let outcome = ''
    void store.commit(putA).then((answer) => (outcome = answer.outcome))
    await runAll(scheduler)
    expect(outcome).toBe('unknown')
    expect(disk.records.has('a')).toBe(true)
  })
})
