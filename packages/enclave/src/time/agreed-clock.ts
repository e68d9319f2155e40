/**
 * Time on which the enclaves of a majority of zones agree. Each zone's word is its host's clock,
 * asked for over the attested link; this node's own clock counts as one of them, and else only
 * says how old a word is, which can make the late end later and nothing earlier.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { timeAnswerMs, timeFloorsMax, timeReadingMsMax, timeRefreshMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Peers } from '../replication/peers/peers.ts'
import { agree, type Reading } from './agree.ts'

export type AgreedTime = {
  /** What opens (a window, a delay) compares with this end. It never falls. */
  readonly earliestMs: number
  /** What expires compares with this end. */
  readonly latestMs: number
  /** `host`: one zone alone, whose host's word this is. */
  readonly source: 'majority' | 'host'
}

export type AgreedClock = {
  /**
   * From memory, by the zones of a mesh or of a wallet's placement. Refuses `time_unknown` where
   * no majority of them has spoken of late: `bring` asks them.
   */
  now(zones: readonly ZoneId[]): Result<AgreedTime>
  /** `now`, after asking the zones whose word is too old. */
  bring(zones: readonly ZoneId[]): Promise<Result<AgreedTime>>
  /** `now`, after asking all of these zones anew. */
  renew(zones: readonly ZoneId[]): Promise<Result<AgreedTime>>
  /** Asks all zones whose word grows old. */
  refresh(): Promise<void>
}

/** A zone's clock stood at `atMs` some time after `askedMs` by the own clock. */
type Word = { readonly atMs: number; readonly askedMs: number }

class MajorityClock implements AgreedClock {
  readonly #context: { readonly zone: ZoneId; readonly clock: Clock; readonly peers: Peers }
  readonly #words = new Map<ZoneId, Word>()
  readonly #asking = new Map<ZoneId, Promise<void>>()
  /** The earliest end never falls, for each set of zones that was asked about. */
  readonly #floors = new Map<string, number>()

  constructor(context: { readonly zone: ZoneId; readonly clock: Clock; readonly peers: Peers }) {
    this.#context = context
  }

  now(zones: readonly ZoneId[]): Result<AgreedTime> {
    const readings = zones.flatMap((zone) => this.#reading(zone) ?? [])
    const agreed = agree(zones.length, readings)
    if (agreed === undefined) {
      return refuse('time_unknown', 'no majority of the zones has said of late what time it is')
    }
    const earliestMs = this.#raise(zones, agreed.earliestMs)
    return accept({
      earliestMs,
      latestMs: Math.max(earliestMs, agreed.latestMs),
      source: zones.length === 1 ? 'host' : 'majority',
    })
  }

  async bring(zones: readonly ZoneId[]): Promise<Result<AgreedTime>> {
    const known = this.now(zones)
    if (known.ok) return known
    const missing = zones.filter((zone) => this.#reading(zone) === undefined)
    // The first that make a majority are enough: another may be silent.
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const all = missing.map(async (zone) => {
      await this.#ask(zone)
      if (this.now(zones).ok) resolve()
    })
    await Promise.race([enough, Promise.all(all)])
    return this.now(zones)
  }

  async renew(zones: readonly ZoneId[]): Promise<Result<AgreedTime>> {
    await Promise.all(zones.map((zone) => this.#ask(zone)))
    return this.now(zones)
  }

  async refresh(): Promise<void> {
    const zones = new Set(this.#context.peers.list().map((peer) => peer.zone))
    zones.delete(this.#context.zone)
    const old = [...zones].filter((zone) => {
      const ageMs = this.#ageMs(this.#words.get(zone))
      return ageMs === undefined || ageMs >= timeRefreshMs
    })
    await Promise.all(old.map((zone) => this.#ask(zone)))
  }

  /** Undefined where the own clock fell below the question: then it cannot say how old it is. */
  #ageMs(word: Word | undefined): number | undefined {
    const ageMs = word === undefined ? undefined : this.#context.clock.nowMs() - word.askedMs
    return ageMs === undefined || ageMs < 0 ? undefined : ageMs
  }

  #reading(zone: ZoneId): Reading | undefined {
    if (zone === this.#context.zone) {
      const nowMs = this.#context.clock.nowMs()
      return { fromMs: nowMs, toMs: nowMs }
    }
    const word = this.#words.get(zone)
    const ageMs = this.#ageMs(word)
    if (word === undefined || ageMs === undefined || ageMs > timeReadingMsMax) return undefined
    // What the own clock says has passed since may be wrong: it never makes anything earlier.
    return { fromMs: word.atMs, toMs: word.atMs + ageMs }
  }

  #ask(zone: ZoneId): Promise<void> {
    const running = this.#asking.get(zone)
    if (running !== undefined) return running
    const asking = this.#question(zone).finally(() => this.#asking.delete(zone))
    this.#asking.set(zone, asking)
    return asking
  }

  async #question(zone: ZoneId): Promise<void> {
    const { clock, peers } = this.#context
    const peer = peers.ofZone(zone)
    if (peer === undefined) return
    const askedMs = clock.nowMs()
    const answer = await peers.ask(peer, { type: 'time' }, timeAnswerMs)
    if (answer.ok) this.#words.set(zone, { atMs: answer.value.nowMs, askedMs })
  }

  #raise(zones: readonly ZoneId[], earliestMs: number): number {
    const name = zones.toSorted().join(' ')
    const floorMs = Math.max(earliestMs, this.#floors.get(name) ?? 0)
    this.#floors.delete(name)
    this.#floors.set(name, floorMs)
    if (this.#floors.size > timeFloorsMax) {
      const [oldest] = this.#floors.keys()
      if (oldest !== undefined) this.#floors.delete(oldest)
    }
    return floorMs
  }
}

/**
 *     const time = await createAgreedClock({ zone, clock, peers }).bring(wallet.placement.zones)
 *     if (time.ok && expiresAtMs <= time.value.latestMs) return refuse('expired', '…')
 */
export const createAgreedClock = (context: {
  readonly zone: ZoneId
  readonly clock: Clock
  readonly peers: Peers
}): AgreedClock => new MajorityClock(context)
