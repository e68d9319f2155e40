import { describe, expect, it } from 'vitest'
import {
  compactDisk,
  createMemoryDisk,
  openMemoryStore,
  restoreDisk,
  type StoreFault,
  snapshotDisk,
} from './memory-store.ts'
import { describeStore } from './store-conformance.ts'

describeStore('memory', async () => {
  const disk = createMemoryDisk()
  const store = openMemoryStore(disk)
  return {
    store,
    reopen: async () => {
      await store.close()
      return openMemoryStore(disk)
    },
    dispose: () => store.close(),
  }
})

const putA = {
  conditions: [],
  writes: [{ type: 'put', key: 'a', value: Uint8Array.of(1) }],
} as const

describe('faults of the memory store', () => {
  it('leaves an unknown commit either applied or not, as the fault says', async () => {
    const disk = createMemoryDisk()
    let fault: StoreFault | undefined = 'lost'
    const store = openMemoryStore(disk, {
      fault: (call) => (call === 'commit' ? fault : undefined),
    })
    expect(await store.commit(putA)).toEqual({ outcome: 'unknown' })
    expect(await store.get('a')).toBeUndefined()
    fault = 'unacknowledged'
    expect(await store.commit(putA)).toEqual({ outcome: 'unknown' })
    expect(await store.get('a')).toBeDefined()
  })

  it('rolls back: later writes are gone, the revision falls, watches begin again', async () => {
    const disk = createMemoryDisk()
    const store = openMemoryStore(disk)
    const before = snapshotDisk(disk)
    await store.commit(putA)
    const watch = store.watch('', await store.revision())
    const next = watch.next()
    restoreDisk(disk, before)
    expect(await store.get('a')).toBeUndefined()
    expect(await store.revision()).toBe(0n)
    expect(await next).toBe('compacted')
  })

  it('answers compacted to watches from before a compaction', async () => {
    const disk = createMemoryDisk()
    const store = openMemoryStore(disk)
    await store.commit(putA)
    compactDisk(disk)
    expect(await store.watch('', 0n).next()).toBe('compacted')
  })
})
