import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { accept, type Result } from '@holdfast/base/errors'
import { describe, expect, it } from 'vitest'
import {
  peerTurnsInFlightMax,
  turnHeldMs,
  turnOrder,
  turnsInFlightMax,
  turnsWaitingMax,
} from '../limits.ts'
import { createFairTurns } from './fair-turns.ts'

const known = (key: string) => ({ key, kind: 'known' }) as const
const stranger = (key: string) => ({ key, kind: 'strangers' }) as const
const peer = (key: string) => ({ key, kind: 'peers' }) as const

/** Holds every slot until it is freed. */
const hold = () => {
  // A clock that stands: on a busy machine the budget of a turn would end among those that hold.
  const turns = createFairTurns(() => 1000)
  const held = Array.from({ length: turnsInFlightMax }, () =>
    Promise.withResolvers<Result<undefined>>(),
  )
  const order: string[] = []
  for (const { promise } of held) void turns.run(known('holder'), () => promise)
  const ask = (caller: Parameters<typeof turns.run>[0], name: string) =>
    turns.run(caller, async () => {
      order.push(name)
      return accept(name)
    })
  const free = (): void => {
    for (const { resolve } of held) resolve(accept(undefined))
  }
  return { turns, order, ask, free }
}

describe('turns of callers', () => {
  it('begin at once while the node is at ease', () => {
    const turns = createFairTurns()
    const began: string[] = []
    void turns.run(known('a'), async () => {
      began.push('a')
      return accept(1)
    })
    expect(began).toEqual(['a'])
    expect(turns.waiting()).toEqual({ known: 0, peers: 0, strangers: 0 })
  })

  it('go round: one that asks much is served no more often than one that asks little', async () => {
    const { turns, order, ask, free } = hold()
    const greedy = Array.from({ length: 6 }, (_, index) => ask(known('greedy'), `greedy ${index}`))
    const modest = [ask(known('b'), 'b'), ask(known('c'), 'c')]
    expect(turns.waiting()).toEqual({ known: 8, peers: 0, strangers: 0 })
    free()
    await Promise.all([...greedy, ...modest])
    expect(order.slice(0, 3)).toEqual(['greedy 0', 'b', 'c'])
    expect(order.slice(3)).toEqual([1, 2, 3, 4, 5].map((index) => `greedy ${index}`))
  })

  it('are a quarter strangers’ while callers wait who are known', async () => {
    const { order, ask, free } = hold()
    const count = turnOrder.length
    const asked = Array.from({ length: count }, (_, index) => [
      ask(stranger(`10.0.0.${index}`), 'stranger'),
      ask(known('a'), 'a'),
    ]).flat()
    free()
    await Promise.all(asked)
    const first = order.slice(0, count)
    expect(first.filter((name) => name === 'stranger')).toHaveLength(2)
  })

  it('are as many for other zones as for callers, and go round among the zones', async () => {
    const { turns, order, ask, free } = hold()
    const peers = Array.from({ length: peerTurnsInFlightMax }, () => Promise.withResolvers<void>())
    const held = peers.map(({ promise }) => turns.take(peer('us'), () => promise))
    const count = turnOrder.length
    const asked = [...Array(count).keys()].flatMap((index) => [
      ask(peer('us'), 'us'),
      ask(known('a'), 'a'),
      ask(stranger(`10.0.0.${index}`), 'stranger'),
    ])
    const other = ask(peer('ap'), 'ap')
    // Slots of both kinds are freed in one step.
    for (const { resolve } of peers) resolve()
    free()
    await Promise.all([...asked, ...held, other])
    const first = order.slice(0, count)
    expect(first.filter((name) => name === 'a')).toHaveLength(3)
    expect(first.filter((name) => name === 'stranger')).toHaveLength(2)
    expect(first.filter((name) => name === 'us' || name === 'ap')).toHaveLength(3)
    // One that asks much comes once before one that asks little.
    expect(order.filter((name) => name === 'us' || name === 'ap').indexOf('ap')).toBe(1)
  })

  it('begin for other zones while callers wait for those', async () => {
    const { turns, order, ask, free } = hold()
    const own = ask(known('a'), 'a')
    expect(await ask(peer('us'), 'us')).toEqual(accept('us'))
    expect([order, turns.waiting()]).toEqual([['us'], { known: 1, peers: 0, strangers: 0 }])
    free()
    await own
  })

  it('reject what has no refusals where too much waits', async () => {
    const { turns, free } = hold()
    const many = Array.from({ length: turnsWaitingMax.known }, () =>
      turns.take(known('a'), async () => undefined),
    )
    await expect(turns.take(known('a'), async () => undefined)).rejects.toThrow('waits already')
    free()
    await Promise.all(many)
  })

  it('are refused to an address with too much that waits, and to no other', async () => {
    const { ask, free } = hold()
    const many = Array.from({ length: turnsWaitingMax.strangers }, () => ask(stranger('a'), 'a'))
    const refused = await ask(stranger('a'), 'a')
    expect(refused).toMatchObject({ refusal: { code: 'limit_reached' } })
    const other = ask(stranger('b'), 'b')
    free()
    expect(await other).toEqual(accept('b'))
    await Promise.all(many)
  })

  it('are not held up by answers that wait for something else', async () => {
    const { ask } = hold()
    const answer = ask(known('b'), 'b')
    await turn()
    await delay(2 * turnHeldMs)
    expect(await answer).toEqual(accept('b'))
  })

  it('go on after an action that failed', async () => {
    const turns = createFairTurns()
    const thrown = turns.run(known('a'), () => Promise.reject(new Error('fault')))
    await expect(thrown).rejects.toThrow('fault')
    expect(await turns.run(known('a'), async () => accept(1))).toEqual(accept(1))
  })
})
