import { type Result, refuse } from '@holdfast/base/errors'
import { BootId, WalletId, ZoneId } from '@holdfast/base/ids'
import { describe, expect, it } from 'vitest'
import { createBootRule } from '../compare/boot-rule.ts'
import { checkFresh } from '../staleness.ts'
import { encodePeerAnswer } from './messages.ts'
import { createPeers } from './peers.ts'

const home = ZoneId('eu-west')
const replica = ZoneId('us-east')

const world = () => {
  const time = { nowMs: 1_000_000 }
  const clock = { nowMs: () => time.nowMs, sleep: async () => undefined }
  const mesh = { peers: () => [], ask: async () => refuse('unreachable', 'no link') }
  const bootRule = createBootRule(replica, clock)
  bootRule.compared(home)
  return { time, peers: createPeers(mesh, clock), bootRule, promises: { get: () => undefined } }
}

const wallet = {
  id: WalletId.of(new Uint8Array(22)),
  home,
  epoch: 1,
  placement: { constraints: {}, zones: [home, replica], durability: 2 },
  staleAfterMs: 5000,
}

describe('when a zone was heard', () => {
  it('is told by the age of its last word', () => {
    const { time, peers, bootRule, promises } = world()
    expect(peers.sinceHeardMs(home)).toBeUndefined()
    peers.heard(home)
    time.nowMs += 4000
    expect(peers.sinceHeardMs(home)).toBe(4000)
    expect(checkFresh({ zone: replica, peers, bootRule, promises }, wallet).ok).toBe(true)
    time.nowMs += 2000
    expect(checkFresh({ zone: replica, peers, bootRule, promises }, wallet).ok).toBe(false)
  })

  it('cannot be told by a clock that fell behind it, and a replica does not sign', () => {
    const { time, peers, bootRule, promises } = world()
    peers.heard(home)
    time.nowMs -= 60_000
    expect(peers.sinceHeardMs(home)).toBeUndefined()
    expect(checkFresh({ zone: replica, peers, bootRule, promises }, wallet)).toMatchObject({
      ok: false,
      refusal: { code: 'stale' },
    })
    peers.heard(home)
    expect(checkFresh({ zone: replica, peers, bootRule, promises }, wallet).ok).toBe(true)
  })
})

describe('a node of a zone that does not answer', () => {
  const node = (name: string, roundTripMs: number) => ({
    boot: BootId(`boot_${name.repeat(32)}`),
    zone: home,
    level: 1,
    measurement: '00',
    roundTripMs,
  })
  const [near, far] = [node('a', 1), node('b', 9)]

  it('is asked after the others, from a second on, until it has answered again', async () => {
    const time = { nowMs: 1_000_000 }
    const clock = { nowMs: () => time.nowMs, sleep: async () => undefined }
    const questions: ((answer: Result<Uint8Array>) => void)[] = []
    const ask = () => new Promise<Result<Uint8Array>>((resolve) => questions.push(resolve))
    const peers = createPeers({ peers: () => [near, far], ask }, clock)
    const question = { type: 'has', wallet: WalletId(`wal_${'0'.repeat(44)}`) } as const
    expect(peers.ofZone(home)).toBe(near)
    const first = peers.ask(near, question, 5000)
    expect(peers.ofZone(home)).toBe(near)
    time.nowMs += 1000
    expect(peers.ofZone(home)).toBe(far)
    questions[0]?.(refuse('unreachable', 'no answer'))
    await first
    expect(peers.ofZone(home)).toBe(far)
    const second = peers.ask(near, question, 5000)
    questions[1]?.({ ok: true, value: encodePeerAnswer({ ok: true, value: { held: null } }) })
    await second
    expect(peers.ofZone(home)).toBe(near)
  })
})
