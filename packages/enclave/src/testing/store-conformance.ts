/** What every store must do, in one suite: `describeStore('sqlite', open)`. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Batch,
  type Outcome,
  type Revision,
  type Store,
  type StoreEvent,
  StoreUnavailable,
} from '../ports/store.ts'

export type StoreUnderTest = {
  readonly store: Store
  /** Closes and opens the same store again, as after a restart. */
  reopen(): Promise<Store>
  /** Closes the store and removes what it left. */
  dispose(): Promise<void>
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (key: string, text: string) => ({ type: 'put', key, value: bytes(text) }) as const
const remove = (key: string) => ({ type: 'delete', key }) as const
const batch = (writes: Batch['writes'], conditions: Batch['conditions'] = []): Batch => ({
  conditions,
  writes,
})

const applied = (outcome: Outcome): Revision => {
  if (outcome.outcome !== 'applied') throw new Error(`not applied: ${outcome.outcome}`)
  return outcome.revision
}

const allOf = async (store: Store, prefix: string, limit: number): Promise<Map<string, string>> => {
  const found = new Map<string, string>()
  let from: string | undefined
  for (;;) {
    const page = await store.scan(prefix, { limit, ...(from === undefined ? {} : { from }) })
    for (const record of page.records) {
      expect(found.has(record.key)).toBe(false)
      found.set(record.key, new TextDecoder().decode(record.value))
    }
    if (page.next === undefined) return found
    from = page.next
  }
}

const describeEvent = (event: StoreEvent): string =>
  event.type === 'put'
    ? `${event.record.revision} ${event.record.key}=${new TextDecoder().decode(event.record.value)}`
    : `${event.revision} ${event.key} gone`

export const describeStore = (name: string, open: () => Promise<StoreUnderTest>): void => {
  describe(`the store port: ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(() => under.dispose())

    it('begins empty at revision 0', async () => {
      expect(await store.revision()).toBe(0n)
      expect(await store.get('a')).toBeUndefined()
      expect(await store.scan('', { limit: 10 })).toEqual({ records: [], revision: 0n })
    })

    it('gives back what was put, with the revision of the commit', async () => {
      const first = applied(await store.commit(batch([put('a', '1'), put('b', '2')])))
      const second = applied(await store.commit(batch([put('b', '3')])))
      expect(second).toBeGreaterThan(first)
      expect(await store.get('a')).toEqual({ key: 'a', value: bytes('1'), revision: first })
      expect(await store.get('b')).toEqual({ key: 'b', value: bytes('3'), revision: second })
      expect(await store.revision()).toBe(second)
    })

    it('keeps empty, binary and large values apart from the buffers of the caller', async () => {
      const large = new Uint8Array(256 * 1024).map((_, index) => (index * 7) & 0xff)
      const kept = Uint8Array.from(large)
      await store.commit(batch([put('empty', ''), { type: 'put', key: 'large', value: large }]))
      large.fill(0)
      expect((await store.get('empty'))?.value).toEqual(new Uint8Array(0))
      const read = await store.get('large')
      expect(read?.value).toEqual(kept)
      read?.value.fill(9)
      expect((await store.get('large'))?.value).toEqual(kept)
    })

    it('creates once', async () => {
      const create = (text: string) =>
        store.commit(batch([put('a', text)], [{ key: 'a', revision: 'absent' }]))
      applied(await create('1'))
      expect(await create('2')).toEqual({ outcome: 'not_applied', failed: ['a'] })
      expect((await store.get('a'))?.value).toEqual(bytes('1'))
    })

    it('writes only over the revision that was named', async () => {
      const first = applied(await store.commit(batch([put('a', '1')])))
      const second = applied(
        await store.commit(batch([put('a', '2')], [{ key: 'a', revision: first }])),
      )
      const late = await store.commit(batch([put('a', '3')], [{ key: 'a', revision: first }]))
      expect(late).toEqual({ outcome: 'not_applied', failed: ['a'] })
      expect(await store.get('a')).toEqual({ key: 'a', value: bytes('2'), revision: second })
    })

    it('writes all of a batch or nothing, and names every condition that fails', async () => {
      await store.commit(batch([put('a', '1'), put('b', '1')]))
      const before = await store.revision()
      const outcome = await store.commit(
        batch(
          [put('c', '1'), remove('a')],
          [
            { key: 'a', revision: 'absent' },
            { key: 'd', revision: 'absent' },
            { key: 'e', revision: 7n },
          ],
        ),
      )
      expect(outcome).toEqual({ outcome: 'not_applied', failed: ['a', 'e'] })
      expect(await store.get('c')).toBeUndefined()
      expect(await store.get('a')).toBeDefined()
      expect(await store.revision()).toBe(before)
    })

    it('lets one of several commits of the same turn win', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          store.commit(
            batch(
              [put('a', `${index}`), put(`own/${index}`, '')],
              [{ key: 'a', revision: 'absent' }],
            ),
          ),
        ),
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'applied')).toHaveLength(1)
      expect((await allOf(store, 'own/', 5)).size).toBe(1)
    })

    it('gives commits of the same turn their own outcomes and revisions', async () => {
      const outcomes = await Promise.all([
        store.commit(batch([put('a', '1')])),
        store.commit(batch([put('b', '1')], [{ key: 'a', revision: 'absent' }])),
        store.commit(batch([put('c', '1')])),
      ])
      const [first, second, third] = outcomes.map((outcome) =>
        outcome.outcome === 'applied' ? outcome.revision : undefined,
      )
      expect((await store.get('a'))?.revision).toBe(first)
      expect((await store.get('b'))?.revision).toBe(second)
      expect((await store.get('c'))?.revision).toBe(third)
      expect([first, third]).not.toContain(undefined)
      expect(third).not.toBe(first)
      // They have no order; the second holds only before the first.
      expect(second === undefined || second < (first ?? 0n)).toBe(true)
    })

    it('deletes, and a deleted key is absent', async () => {
      await store.commit(batch([put('a', '1')]))
      applied(await store.commit(batch([remove('a')])))
      expect(await store.get('a')).toBeUndefined()
      const before = await store.revision()
      expect(applied(await store.commit(batch([remove('a')])))).toBe(before)
      applied(await store.commit(batch([put('a', '2')], [{ key: 'a', revision: 'absent' }])))
    })

    it('answers a batch without writes by its conditions alone', async () => {
      const revision = applied(await store.commit(batch([put('a', '1')])))
      expect(await store.commit(batch([], [{ key: 'a', revision }]))).toEqual({
        outcome: 'applied',
        revision,
      })
      expect(await store.commit(batch([], [{ key: 'a', revision: 'absent' }]))).toEqual({
        outcome: 'not_applied',
        failed: ['a'],
      })
    })

    it('scans a prefix in byte order, page by page, nothing twice or left out', async () => {
      const keys = ['p', 'p/', 'p/a', 'p/b', 'p/\u{ff5e}', 'p/\u{1f511}', 'p0', 'o/z', 'q']
      await store.commit(batch(keys.map((key) => put(key, key))))
      const expected = ['p/', 'p/a', 'p/b', 'p/\u{ff5e}', 'p/\u{1f511}']
      for (const limit of [1, 2, 5, 100]) {
        expect([...(await allOf(store, 'p/', limit)).keys()]).toEqual(expected)
      }
      expect((await allOf(store, '', 4)).size).toBe(keys.length)
      expect((await store.scan('p/', { limit: 5 })).next).toBeUndefined()
    })

    it('agrees with a map over any sequence of batches', async () => {
      const key = fc.constantFrom('a', 'a/', 'a/b', 'ab', 'b')
      const write = fc.oneof(
        fc.record({
          type: fc.constant('put' as const),
          key,
          value: fc.uint8Array({ maxLength: 4 }),
        }),
        fc.record({ type: fc.constant('delete' as const), key }),
      )
      const step = fc.record({
        writes: fc.uniqueArray(write, { maxLength: 3, selector: (entry) => entry.key }),
        conditions: fc.array(fc.record({ key, stale: fc.boolean() }), { maxLength: 2 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const model = new Map<string, string>()
          for (const existing of (await allOf(store, '', 100)).keys()) {
            await store.commit(batch([remove(existing)]))
          }
          for (const { writes, conditions } of steps) {
            const named = await Promise.all(
              conditions.map(async ({ key: name, stale }) => {
                const now = (await store.get(name))?.revision ?? ('absent' as const)
                return { key: name, revision: stale ? 999_999_999n : now }
              }),
            )
            const outcome = await store.commit({ writes, conditions: named })
            const holds = conditions.every(({ stale }) => !stale)
            expect(outcome.outcome).toBe(holds ? 'applied' : 'not_applied')
            if (!holds) continue
            for (const entry of writes) {
              if (entry.type === 'delete') model.delete(entry.key)
              else model.set(entry.key, new TextDecoder().decode(entry.value))
            }
          }
          const sorted = new Map([...model].toSorted(([left], [right]) => (left < right ? -1 : 1)))
          expect([...(await allOf(store, '', 2))]).toEqual([...sorted])
        }),
        { numRuns: 25 },
      )
    })

    it('watches from a revision: every event above it under the prefix, in order', async () => {
      const first = applied(await store.commit(batch([put('w/a', '1')])))
      const second = applied(await store.commit(batch([put('w/b', '2'), put('x', '9')])))
      const third = applied(await store.commit(batch([remove('w/a'), put('w/c', '3')])))
      const watch = store.watch('w/', first)
      const seen: string[] = []
      while (seen.length < 3) {
        const events = await watch.next()
        if (events === undefined || events === 'compacted') throw new Error('watch ended')
        seen.push(...events.map(describeEvent))
      }
      expect(seen[0]).toBe(`${second} w/b=2`)
      expect(seen.slice(1).toSorted()).toEqual([`${third} w/a gone`, `${third} w/c=3`])
      watch.close()
    })

    it('watches what comes later, and gives the events of one commit together', async () => {
      const watch = store.watch('w/', await store.revision())
      const next = watch.next()
      await store.commit(batch([put('x', '1')]))
      await store.commit(batch([put('w/a', '1'), put('w/b', '1')]))
      expect(await next).toHaveLength(2)
      watch.close()
    })

    it('misses nothing between a scan and a watch from its first page', async () => {
      await store.commit(batch(Array.from({ length: 30 }, (_, index) => put(`s/${index}`, 'old'))))
      const page = await store.scan('s/', { limit: 10 })
      await store.commit(batch([put('s/1', 'new'), remove('s/2'), put('s/99', 'new')]))
      const watch = store.watch('s/', page.revision)
      const events = await watch.next()
      expect(events).toHaveLength(3)
      watch.close()
    })

    it('ends a watch that is closed while it waits', async () => {
      const watch = store.watch('', await store.revision())
      const next = watch.next()
      watch.close()
      expect(await next).toBeUndefined()
      expect(await watch.next()).toBeUndefined()
    })

    it('answers compacted to a watch from a revision that it has not reached', async () => {
      const watch = store.watch('', (await store.revision()) + 100n)
      expect(await watch.next()).toBe('compacted')
      expect(await watch.next()).toBeUndefined()
    })

    it('is the same after it was opened again', async () => {
      const incarnation = await store.incarnation()
      const revision = applied(await store.commit(batch([put('a', '1')])))
      const again = await under.reopen()
      expect(await again.incarnation()).toBe(incarnation)
      expect(await again.revision()).toBe(revision)
      expect(await again.get('a')).toEqual({ key: 'a', value: bytes('1'), revision })
      expect(applied(await again.commit(batch([put('b', '2')])))).toBeGreaterThan(revision)
    })

    it('once closed: reads throw, commits are unknown, watches end', async () => {
      const watch = store.watch('', await store.revision())
      const next = watch.next()
      await store.close()
      expect(await next).toBeUndefined()
      await expect(store.get('a')).rejects.toThrow(StoreUnavailable)
      await expect(store.scan('', { limit: 1 })).rejects.toThrow(StoreUnavailable)
      expect(await store.commit(batch([put('a', '1')]))).toEqual({ outcome: 'unknown' })
      await store.close()
    })
  })
}
