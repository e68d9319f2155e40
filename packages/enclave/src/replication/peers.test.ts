import { refuse } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import { describe, expect, it } from 'vitest'
import { createPeers } from './peers.ts'
import { checkFresh } from './staleness.ts'

const home = ZoneId('eu-west')
const replica = ZoneId('us-east')

const world = () => {
  const time = { nowMs: 1_000_000 }
  const clock = { nowMs: () => time.nowMs, sleep: async () => undefined }
  const mesh = { peers: () => [], ask: async () => refuse('unreachable', 'no link') }
  return { time, peers: createPeers(mesh, clock) }
}

const wallet = {
  home,
  placement: { constraints: {}, zones: [home, replica], durability: 2 },
  staleAfterMs: 5000,
}

describe('when a zone was heard', () => {
  it('is told by the age of its last word', () => {
    const { time, peers } = world()
    expect(peers.sinceHeardMs(home)).toBeUndefined()
    peers.heard(home)
    time.nowMs += 4000
    expect(peers.sinceHeardMs(home)).toBe(4000)
    expect(checkFresh({ zone: replica, peers }, wallet).ok).toBe(true)
    time.nowMs += 2000
    expect(checkFresh({ zone: replica, peers }, wallet).ok).toBe(false)
  })

  it('cannot be told by a clock that fell behind it, and a replica does not sign', () => {
    const { time, peers } = world()
    peers.heard(home)
    time.nowMs -= 60_000
    expect(peers.sinceHeardMs(home)).toBeUndefined()
    expect(checkFresh({ zone: replica, peers }, wallet)).toMatchObject({
      ok: false,
      refusal: { code: 'stale' },
    })
    peers.heard(home)
    expect(checkFresh({ zone: replica, peers }, wallet).ok).toBe(true)
  })
})
