import { accept, type Result, refuse } from '@holdfast/base/errors'
import { BootId, ZoneId } from '@holdfast/base/ids'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Mesh, Peer } from '../ports/mesh.ts'
import { encodePeerAnswer } from '../replication/peers/messages.ts'
import { createPeers } from '../replication/peers/peers.ts'
import { type AgreedClock, createAgreedClock } from './agreed-clock.ts'

const own = ZoneId('eu-west')
const east = ZoneId('us-east')
const south = ZoneId('ap-south')
const zones = [own, east, south]
const boots = new Map([
  [BootId(`boot_${'11'.repeat(16)}`), east],
  [BootId(`boot_${'22'.repeat(16)}`), south],
])
const noonMs = Date.parse('2026-11-22T12:00:00Z')
const hourMs = 3_600_000

/** The clocks of the hosts, each as it stands. */
let clocks: Map<ZoneId, number>
let silent: Set<ZoneId>
let asked: number
let time: AgreedClock

beforeEach(() => {
  clocks = new Map(zones.map((zone) => [zone, noonMs]))
  silent = new Set()
  asked = 0
  const peers = (): readonly Peer[] =>
    [...boots].map(([boot, zone]) => ({ boot, zone, level: 1, measurement: '', roundTripMs: 1 }))
  const mesh: Mesh = {
    peers,
    ask: async (boot) => {
      asked += 1
      const zone = boots.get(boot)!
      if (silent.has(zone)) return refuse('unreachable', 'no answer in time')
      return accept(encodePeerAnswer(accept({ nowMs: clocks.get(zone)! })))
    },
  }
  const clock = { nowMs: () => clocks.get(own)!, sleep: async () => undefined }
  time = createAgreedClock({ zone: own, clock, peers: createPeers(mesh, clock) })
})

const pass = (ms: number): void => {
  for (const zone of zones) clocks.set(zone, clocks.get(zone)! + ms)
}
const set = (zone: ZoneId, ms: number): void => void clocks.set(zone, ms)
const must = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}

describe('agreed time', () => {
  it('is refused until a majority has spoken since boot', async () => {
    expect(time.now(zones)).toMatchObject({ refusal: { code: 'time_unknown' } })
    expect(await time.bring(zones)).toMatchObject({ ok: true, value: { source: 'majority' } })
    expect(time.now(zones)).toMatchObject({ ok: true })
  })

  it('is refused once the last words are old, and is there again with new ones', async () => {
    must(await time.bring(zones))
    silent = new Set([east, south])
    pass(11_000)
    expect(await time.bring(zones)).toMatchObject({ refusal: { code: 'time_unknown' } })
    silent.delete(south)
    expect(must(await time.bring(zones)).earliestMs).toBe(noonMs + 11_000)
  })

  it('is not moved by a host that sets its own clock far ahead or back', async () => {
    for (const offset of [hourMs, -hourMs]) {
      set(own, noonMs + offset)
      const { earliestMs, latestMs } = must(await time.bring(zones))
      expect(earliestMs).toBe(noonMs)
      expect(latestMs).toBe(noonMs)
    }
  })

  it('is not moved by one other host that sets its clock far ahead or back', async () => {
    set(east, noonMs + hourMs)
    expect(must(await time.bring(zones))).toMatchObject({ earliestMs: noonMs, latestMs: noonMs })
    pass(3000)
    set(east, noonMs - hourMs)
    await time.refresh()
    const later = noonMs + 3000
    expect(must(time.now(zones))).toMatchObject({ earliestMs: later, latestMs: later })
  })

  it('opens nothing earlier where the own clock jumps after the others were asked', async () => {
    must(await time.bring(zones))
    set(own, noonMs + 9000)
    expect(must(time.now(zones)).earliestMs).toBe(noonMs)
  })

  it('goes on with what others say where the own host stops its clock', async () => {
    must(await time.bring(zones))
    const stopped = clocks.get(own)!
    pass(5000)
    set(own, stopped)
    await time.refresh()
    // No older than the last answers: the words of two right clocks are a majority.
    clocks.set(own, stopped + 2000)
    await time.refresh()
    expect(must(time.now(zones)).earliestMs).toBe(noonMs + 5000)
  })

  it('has an early end that never falls, whatever the clocks do', async () => {
    must(await time.bring(zones))
    for (const zone of zones) set(zone, noonMs - hourMs)
    const { earliestMs, latestMs } = must(await time.bring(zones))
    expect(earliestMs).toBe(noonMs)
    expect(latestMs).toBeGreaterThanOrEqual(earliestMs)
  })

  it('spans both clocks where two zones must agree', async () => {
    set(east, noonMs + hourMs)
    expect(must(await time.bring([own, east]))).toMatchObject({
      earliestMs: noonMs,
      latestMs: noonMs + hourMs,
    })
  })

  it('is the word of the host where one zone is alone, and says so', () => {
    expect(must(time.now([own]))).toEqual({
      earliestMs: noonMs,
      latestMs: noonMs,
      source: 'host',
    })
  })

  it('asks a zone again only when its word grows old', async () => {
    await time.refresh()
    await time.refresh()
    expect(asked).toBe(2)
    pass(2500)
    await time.refresh()
    expect(asked).toBe(4)
  })
})
