/** Watches on a real etcd, over a network that cuts, is silent, or is slow. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Revision, Store } from '@holdfast/enclave/ports/store'
import type { EtcdConfig } from '@holdfast/node/stores/etcd/etcd-config'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EtcdCluster, startEtcd } from '../support/etcd.ts'
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts'
import { applied, opened, program, put, readTo, revisionOf } from './support.ts'

describe.skipIf(program === undefined)('a watch of etcd', () => {
  let cluster: EtcdCluster
  let proxy: FaultyProxy
  let config: EtcdConfig
  /** Past the proxy. */
  let direct: Store
  let stores = 0
  beforeAll(async () => {
    cluster = await startEtcd({ program: program! })
    proxy = await startFaultyProxy(cluster.endpoints[0]!)
    return async () => {
      await proxy[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    }
  })
  beforeEach(async () => {
    stores += 1
    config = { endpoints: [proxy.endpoint], prefix: `watch-${stores}` }
    direct = await opened({ ...config, endpoints: cluster.endpoints })
    return () => direct.close()
  })

  /** Commits of 1 to 4 records each; what a watch must give, in order. */
  const write = async (
    commits: number,
    valueBytes: number,
    pauseMs = 0,
  ): Promise<[Revision, string][]> => {
    const expected: [Revision, string][] = []
    for (let first = 0; first < commits; first += 50) {
      const group = Array.from(
        { length: Math.min(50, commits - first) },
        (_, index) => first + index,
      )
      const done = await Promise.all(
        group.map(async (index) => {
          const keys = Array.from({ length: 1 + (index % 4) }, (_, n) => `c/${index}/${n}`)
          const writes = keys.map((key) => ({
            type: 'put' as const,
            key,
            value: new Uint8Array(valueBytes).fill(index),
          }))
          const revision = applied(await direct.commit({ conditions: [], writes }))
          return keys.map((key): [Revision, string] => [revision, key])
        }),
      )
      expected.push(...done.flat())
      if (pauseMs > 0) await delay(pauseMs)
    }
    return expected.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  }
  const named = (events: Awaited<ReturnType<typeof readTo>>): [Revision, string][] =>
    events.map((event) => [revisionOf(event), event.type === 'put' ? event.record.key : event.key])

  it('loses no event and gives none twice when its streams are cut during a replay', async () => {
    const expected = await write(3000, 200)
    const store = await opened(config)
    const before = proxy.cuts()
    proxy.cut()
    proxy.cutAfter([1, 3000, 40_000, 200_000, 700_000, 900, 350_000, 500_000, 20_000, 650_000])
    const watch = store.watch('c/', 0n)
    const events = await readTo(watch, expected.at(-1)![0])
    expect(proxy.cuts() - before).toBe(10)
    expect(named(events)).toEqual(expected)
    await store.close()
  })

  it('loses no event when it is cut while commits go on', async () => {
    const store = await opened(config)
    const before = proxy.cuts()
    proxy.cut()
    proxy.cutAfter(Array.from({ length: 10 }, (_, index) => 60_000 + index * 3000))
    const watch = store.watch('c/', 0n)
    const last = 3000
    const reading = readTo(watch, BigInt(last))
    // So slowly that the watch takes some of every stream before it is cut.
    const expected = await write(last, 50, 20)
    expect(named(await reading)).toEqual(expected)
    expect(proxy.cuts() - before).toBeGreaterThan(4)
    await store.close()
  })

  it('gives whole commits of large values, which etcd sends in fragments', async () => {
    const expected = await write(24, 300_000)
    const store = await opened(config)
    proxy.cut()
    proxy.cutAfter([2_500_000, 900_000])
    const watch = store.watch('c/', 0n)
    const seen: [Revision, string][] = []
    while (seen.length < expected.length) {
      const events = await watch.next()
      if (events === undefined || events === 'compacted') throw new Error('the watch ended')
      const part = named([...events])
      seen.push(...part)
      // What comes next belongs to another commit.
      expect(expected[seen.length]?.[0]).not.toBe(part.at(-1)![0])
    }
    expect(seen).toEqual(expected)
    await store.close()
  })

  it('notices a network that is silent, and goes on over another connection', async () => {
    const store = await opened(config)
    const watch = store.watch('', 0n)
    const first = applied(await put(direct, 'a', '1'))
    await readTo(watch, first)
    proxy.lose('all')
    const second = applied(await put(direct, 'b', '1'))
    const startMs = performance.now()
    expect(named(await readTo(watch, second))).toEqual([[second, 'b']])
    expect(performance.now() - startMs).toBeLessThan(10_000)
    await store.close()
  })

  it('stays open where nothing happens for longer than silence is borne', async () => {
    const store = await opened(config)
    const watch = store.watch('', 0n)
    await readTo(watch, applied(await put(direct, 'a', '1')))
    const answered = proxy.answered()
    await delay(7000)
    // Signs of life, not a new stream each time: those are tens of bytes.
    expect(proxy.answered() - answered).toBeLessThan(600)
    expect(proxy.answered()).toBeGreaterThan(answered)
    expect(await readTo(watch, applied(await put(direct, 'b', '1')))).toHaveLength(1)
    await store.close()
  })

  it('reads no more than its reader can hold', async () => {
    const store = await opened(config)
    const watch = store.watch('c/', 0n)
    const before = proxy.answered()
    const expected = await write(100, 250_000)
    await delay(1000)
    const bytes = expected.length * 250_000
    // Ours, and what the library and the sockets hold, which is more.
    expect(bytes).toBeGreaterThan(60_000_000)
    expect(proxy.answered() - before).toBeLessThan(bytes * 0.7)
    expect(named(await readTo(watch, expected.at(-1)![0]))).toEqual(expected)
    await store.close()
  })

  it('answers compacted once, and a scan with a watch from it goes on', async () => {
    const store = await opened(config)
    const first = applied(await put(store, 'a', '1'))
    applied(await put(store, 'a', '2'))
    applied(await put(store, 'a', '3'))
    const { header } = (await cluster.post('kv/range', { key: 'AA==' })) as {
      header: { revision: string }
    }
    await cluster.post('kv/compaction', { revision: header.revision, physical: true })
    const watch = store.watch('', first)
    expect(await watch.next()).toBe('compacted')
    expect(await watch.next()).toBeUndefined()
    const page = await store.scan('', { limit: 10 })
    const again = store.watch('', page.revision)
    const last = applied(await put(store, 'b', '1'))
    expect(named(await readTo(again, last))).toEqual([[last, 'b']])
    await store.close()
  })

  it('does not lose in silence a deletion at the revision of a compaction', async () => {
    const store = await opened(config)
    const first = applied(await put(store, 'a', '1'))
    const writes = [{ type: 'delete', key: 'a' }] as const
    const gone = applied(await store.commit({ conditions: [], writes }))
    const { header } = (await cluster.post('kv/range', { key: 'AA==' })) as {
      header: { revision: string }
    }
    await cluster.post('kv/compaction', { revision: header.revision, physical: true })
    const watch = store.watch('', first)
    applied(await put(store, 'b', '1'))
    const told = await watch.next()
    if (told !== 'compacted') expect(named([...told!])[0]).toEqual([gone, 'a'])
    await store.close()
  })

  it('may be closed while its stream is being opened', async () => {
    const store = await opened(config)
    for (let ms = 0; ms < 20; ms += 1) {
      const watch = store.watch('', 0n)
      await delay(ms / 2)
      watch.close()
      expect(await watch.next()).toBeUndefined()
    }
    // An error of a stream that nobody hears would end the process.
    await delay(200)
    await store.close()
  })
})
