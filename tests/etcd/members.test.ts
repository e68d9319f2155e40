/** Three members of etcd, whose leader dies. */
import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { type EtcdCluster, startEtcd } from '../support/etcd.ts'
import { opened, program, put, readTo, text } from './support.ts'

const leaderOf = async (cluster: EtcdCluster) => {
  const leads = await Promise.all(cluster.members.map((member) => member.leads()))
  const leader = cluster.members[leads.indexOf(true)]
  if (leader === undefined) throw new Error('the cluster has no leader')
  return leader
}

describe.skipIf(program === undefined)('three members of etcd', () => {
  it('lose no acknowledged commit and no event when the leader is killed', async () => {
    await using cluster = await startEtcd({ program: program!, members: 3 })
    const leader = await leaderOf(cluster)
    // Both the one that is asked is the leader, and that it is not, happen in the field.
    const endpoints = [leader.endpoint, ...cluster.endpoints.filter((e) => e !== leader.endpoint)]
    const store = await opened({ endpoints, prefix: 'eu' })
    const watcher = await opened({ endpoints: endpoints.toReversed(), prefix: 'eu' })
    const watch = watcher.watch('', 0n)
    const acknowledged = new Map<string, bigint>()
    let unknown = 0
    let longestMs = 0
    const stopping = new AbortController()
    const writer = async (name: number): Promise<void> => {
      for (let index = 0; !stopping.signal.aborted; index += 1) {
        const startMs = performance.now()
        const outcome = await put(store, `w/${name}/${index}`, `${name}.${index}`)
        longestMs = Math.max(longestMs, performance.now() - startMs)
        if (outcome.outcome === 'applied') acknowledged.set(`w/${name}/${index}`, outcome.revision)
        else unknown += 1
      }
    }
    const writers = Array.from({ length: 16 }, (_, name) => writer(name))
    const reached = async (count: number): Promise<void> => {
      const deadline = performance.now() + 30_000
      while (acknowledged.size < count && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(acknowledged.size).toBeGreaterThanOrEqual(count)
    }
    await reached(1000)
    await leader.kill('SIGKILL')
    const killedAt = acknowledged.size
    await reached(killedAt + 1000)
    stopping.abort()
    await Promise.all(writers)
    console.log(`leader killed: longest commit ${Math.round(longestMs)} ms, unknown ${unknown}`)
    for (const [key, revision] of acknowledged) {
      const [, name, index] = key.split('/')
      expect(await watcher.get(key)).toEqual({ key, value: text(`${name}.${index}`), revision })
    }
    const events = await readTo(watch, await watcher.revision())
    const seen = events.map((event) => (event.type === 'put' ? event.record.key : event.key))
    expect(new Set(seen).size).toBe(seen.length)
    for (const key of acknowledged.keys()) expect(seen).toContain(key)
    await Promise.all([store.close(), watcher.close()])
  })

  it('without a majority neither read nor write, and go on when one returns', async () => {
    await using cluster = await startEtcd({ program: program!, members: 3 })
    const store = await opened({ endpoints: cluster.endpoints, prefix: 'eu' })
    const watch = store.watch('', 0n)
    await put(store, 'a', '1')
    await readTo(watch, 1n)
    const [first, second] = cluster.members
    await Promise.all([first!.kill('SIGKILL'), second!.kill('SIGKILL')])
    const [outcome] = await Promise.all([
      put(store, 'b', '1'),
      expect(store.get('a')).rejects.toThrow('etcd does not answer'),
    ])
    expect(outcome).toEqual({ outcome: 'unknown' })
    await first!.start()
    const again = await put(store, 'c', '1')
    expect(again.outcome).toBe('applied')
    const events = await readTo(watch, await store.revision())
    expect(events.at(-1)).toMatchObject({ type: 'put', record: { key: 'c' } })
    await store.close()
  })
})
