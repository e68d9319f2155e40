/** Commits and reads on a real etcd whose answers are lost, or which was replaced. */
import { rm } from 'node:fs/promises'
import { StoreUnavailable } from '@holdfast/enclave/ports/store'
import { describe, expect, it } from 'vitest'
import { startEtcd } from '../support/etcd.ts'
import { startFaultyProxy } from '../support/faulty-proxy.ts'
import { applied, opened, openStore, program, put, text } from './support.ts'

const once = (value: string) => ({
  conditions: [{ key: 'once', revision: 'absent' as const }],
  writes: [{ type: 'put' as const, key: 'once', value: text(value) }],
})

describe.skipIf(program === undefined)('a commit to etcd', () => {
  it.each(['cut', 'silence'])(
    'is unknown where the answer is lost by %s, and stored',
    async (how) => {
      await using cluster = await startEtcd({ program: program! })
      await using proxy = await startFaultyProxy(cluster.endpoints[0]!)
      const config = { endpoints: [proxy.endpoint], prefix: 'eu' }
      const store = await opened(config)
      const direct = await opened({ ...config, endpoints: cluster.endpoints })
      const watch = direct.watch('', 0n)
      proxy.lose('answers')
      const startMs = performance.now()
      const committed = store.commit(once('mine'))
      // It has arrived; only now the connection goes.
      expect(await watch.next()).toHaveLength(1)
      if (how === 'cut') proxy.cut()
      expect(await committed).toEqual({ outcome: 'unknown' })
      expect(performance.now() - startMs).toBeLessThan(how === 'cut' ? 3000 : 8000)
      // Sent once: nothing came after the first, and the next connection tells what is there.
      expect(await store.get('once')).toEqual({ key: 'once', value: text('mine'), revision: 1n })
      expect(await store.revision()).toBe(1n)
      expect(await store.commit(once('again'))).toEqual({
        outcome: 'not_applied',
        failed: ['once'],
      })
      await Promise.all([store.close(), direct.close()])
    },
  )

  it('is unknown while no member answers, and reads throw within their deadline', async () => {
    await using cluster = await startEtcd({ program: program! })
    const store = await opened({ endpoints: cluster.endpoints, prefix: 'eu' })
    applied(await put(store, 'a', '1'))
    await cluster.members[0]!.kill('SIGSTOP')
    const [commit] = await Promise.all([
      put(store, 'b', '1'),
      expect(store.get('a')).rejects.toThrow(StoreUnavailable),
    ])
    expect(commit).toEqual({ outcome: 'unknown' })
    await cluster.members[0]!.kill('SIGCONT')
    expect((await store.get('a'))?.value).toEqual(text('1'))
    await cluster.members[0]!.kill('SIGKILL')
    await expect(store.get('a')).rejects.toThrow(StoreUnavailable)
    expect(await put(store, 'c', '1')).toEqual({ outcome: 'unknown' })
    await cluster.members[0]!.start()
    applied(await put(store, 'c', '2'))
    await store.close()
  })

  it('is taken by no store that was made anew in the place of the opened one', async () => {
    await using cluster = await startEtcd({ program: program! })
    const config = { endpoints: cluster.endpoints, prefix: 'eu' }
    const store = await opened(config)
    const before = await store.incarnation()
    applied(await put(store, 'a', '1'))
    const watch = store.watch('', await store.revision())
    const [member] = cluster.members
    await member!.kill('SIGKILL')
    // The same names and addresses: etcd gives the new cluster the old one's id.
    await rm(member!.dir, { recursive: true })
    await member!.start()
    expect(await watch.next()).toBe('compacted')
    expect(await put(store, 'b', '1')).toEqual({ outcome: 'unknown' })
    await expect(store.get('a')).rejects.toThrow(StoreUnavailable)
    const another = await opened(config)
    expect(await another.incarnation()).not.toBe(before)
    expect(await store.incarnation()).toBe(await another.incarnation())
    expect(await another.revision()).toBe(0n)
    expect(await put(store, 'b', '1')).toEqual({ outcome: 'unknown' })
    expect(await another.get('b')).toBeUndefined()
    await Promise.all([store.close(), another.close()])
  })

  it('is taken by the cluster alone, and by its store alone', async () => {
    await using cluster = await startEtcd({ program: program! })
    const [eu, us] = await Promise.all(
      ['eu', 'us'].map((prefix) => opened({ endpoints: cluster.endpoints, prefix })),
    )
    applied(await put(eu!, 'a', 'eu'))
    expect(await us!.get('a')).toBeUndefined()
    expect((await us!.scan('', { limit: 10 })).records).toEqual([])
    await Promise.all([eu!.close(), us!.close()])
    const endpoints = [{ host: '127.0.0.1', port: 1 }, ...cluster.endpoints]
    const store = await opened({ endpoints, prefix: 'eu' })
    expect((await store.get('a'))?.value).toEqual(text('eu'))
    await store.close()
  })

  it('opens nothing where something else lies', async () => {
    await using cluster = await startEtcd({ program: program! })
    const key = Buffer.from('eu/store').toString('base64')
    await cluster.post('kv/put', { key, value: key })
    expect(await openStore({ endpoints: cluster.endpoints, prefix: 'eu' })).toEqual({
      ok: false,
      refusal: { code: 'store_failed', detail: 'something else lies in the place of the store' },
    })
  })

  it('gives a page of large records in parts', async () => {
    await using cluster = await startEtcd({ program: program! })
    const store = await opened({ endpoints: cluster.endpoints, prefix: 'eu' })
    const value = new Uint8Array(1_000_000)
    for (let index = 0; index < 20; index += 1) applied(await put(store, `k${index}`, value))
    const keys: string[] = []
    for (let from: string | undefined = ''; from !== undefined; ) {
      const page = await store.scan('k', { limit: 1000, from })
      keys.push(...page.records.map(({ key }) => key))
      from = page.next
    }
    expect(keys.toSorted()).toEqual(
      Array.from({ length: 20 }, (_, index) => `k${index}`).toSorted(),
    )
    await store.close()
  })
})
