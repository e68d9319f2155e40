/**
 * Links between zones: messages take time, are lost, repeated, late or overtaken; a cut is noticed
 * only after a while. What was sent before a crash may still arrive after it.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { type Result, refuse } from '@holdfast/base/errors'
import type { BootId, ZoneId } from '@holdfast/base/ids'
import type { Core } from '@holdfast/enclave/core/core-interface'
import type { Peer } from '@holdfast/enclave/ports/mesh'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** A running node, as far as the network knows it. */
export type Endpoint = {
  readonly peer: Peer
  readonly core: Core
  readonly isAlive: () => boolean
}

export type Delivery = {
  readonly from: ZoneId
  readonly to: ZoneId
  readonly kind: 'question' | 'answer'
  readonly bytes: Bytes
}

export type MessageFault = 'lost' | 'delayed' | 'repeated' | 'lostAcknowledgement'

export type NetworkOptions = {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly zones: readonly ZoneId[]
  readonly fault: (name: MessageFault) => boolean
  readonly running: (zone: ZoneId) => Endpoint | undefined
  /** Sees every message that reaches a node, just before it does. */
  readonly arrives: (delivery: Delivery) => void
  /** A link came up: each end has heard the other. */
  readonly linked: (one: Endpoint, other: Endpoint) => void
  /** The simulation's defects: an answer of their own, other bytes, or nothing at all. */
  readonly tamper?: (delivery: Delivery) => Tampered | undefined
}

export type Tampered =
  | { readonly type: 'answer'; readonly bytes: Bytes }
  | { readonly type: 'bytes'; readonly bytes: Bytes }
  | { readonly type: 'drop' }

export type Network = {
  cut(one: ZoneId, other: ZoneId, isCut: boolean): void
  heal(): void
  isCut(one: ZoneId, other: ZoneId): boolean
  /** The peers that a node believes to be there. */
  peersOf(boot: BootId): readonly Peer[]
  ask(from: Endpoint, boot: BootId, message: Bytes, timeoutMs: number): Promise<Result<Bytes>>
  /** Begins to watch the links. */
  start(): void
}

type Link = { readonly zones: readonly [ZoneId, ZoneId]; up?: readonly [Endpoint, Endpoint] }

const noticeMs = 700
const delayMsMax = 8000

class SimulatedNetwork implements Network {
  readonly #options: NetworkOptions
  readonly #links: Link[] = []
  readonly #cuts = new Set<string>()

  constructor(options: NetworkOptions) {
    this.#options = options
    for (const [index, one] of options.zones.entries()) {
      for (const other of options.zones.slice(index + 1)) this.#links.push({ zones: [one, other] })
    }
  }

  cut(one: ZoneId, other: ZoneId, isCut: boolean): void {
    const name = [one, other].toSorted().join(' ')
    if (isCut) this.#cuts.add(name)
    else this.#cuts.delete(name)
  }

  heal(): void {
    this.#cuts.clear()
  }

  isCut(one: ZoneId, other: ZoneId): boolean {
    return this.#cuts.has([one, other].toSorted().join(' '))
  }

  peersOf(boot: BootId): readonly Peer[] {
    return this.#links.flatMap(({ up }) => {
      if (up === undefined) return []
      if (up[0].peer.boot === boot) return [up[1].peer]
      return up[1].peer.boot === boot ? [up[0].peer] : []
    })
  }

  ask(from: Endpoint, boot: BootId, message: Bytes, timeoutMs: number): Promise<Result<Bytes>> {
    const { scheduler } = this.#options
    const target = this.#endpoint(boot)
    return new Promise((resolve) => {
      let settled = false
      const settle = (answer: Result<Bytes>): void => {
        if (settled || !from.isAlive()) return
        settled = true
        resolve(answer)
      }
      const label = `${from.peer.zone} ask`
      if (target === undefined) {
        scheduler.after(1, `${label} no link`, () => settle(refuse('unreachable', 'no link')))
        return
      }
      scheduler.after(timeoutMs, `${label} timeout`, () =>
        settle(refuse('unreachable', 'no answer in time')),
      )
      const copy = Uint8Array.from(message)
      this.#send(from, target, copy, settle)
      if (this.#options.fault('repeated')) this.#send(from, target, copy, settle)
    })
  }

  start(): void {
    for (const link of this.#links) this.#watch(link)
  }

  #endpoint(boot: BootId): Endpoint | undefined {
    for (const { up } of this.#links) {
      const found = up?.find(({ peer }) => peer.boot === boot)
      if (found !== undefined) return found
    }
    return undefined
  }

  #send(
    from: Endpoint,
    target: Endpoint,
    message: Bytes,
    settle: (answer: Result<Bytes>) => void,
  ): void {
    const { scheduler, fault } = this.#options
    const [one, other] = [from.peer.zone, target.peer.zone]
    if (fault('lost')) return
    scheduler.after(this.#latencyMs(), `${one}>${other}`, () => {
      if (!target.isAlive() || this.isCut(one, other)) return
      const arrived = this.#arrive({ from: one, to: other, kind: 'question', bytes: message })
      if (arrived === undefined) return
      const answered =
        arrived.type === 'answer'
          ? Promise.resolve(arrived.bytes)
          : target.core.peerMessage(from.peer, arrived.bytes)
      void answered.then((answer) => {
        if (!target.isAlive() || fault('lostAcknowledgement')) return
        scheduler.after(this.#latencyMs(), `${other}>${one} answer`, () => {
          if (!from.isAlive() || this.isCut(one, other)) return
          const back = this.#arrive({ from: other, to: one, kind: 'answer', bytes: answer })
          if (back !== undefined) settle({ ok: true, value: back.bytes })
        })
      })
    })
  }

  #arrive(delivery: Delivery): { type: 'answer' | 'bytes'; bytes: Bytes } | undefined {
    const tampered = this.#options.tamper?.(delivery)
    if (tampered?.type === 'drop') return undefined
    const bytes = Uint8Array.from(tampered?.bytes ?? delivery.bytes)
    this.#options.arrives({ ...delivery, bytes })
    return { type: tampered?.type ?? 'bytes', bytes }
  }

  #latencyMs(): number {
    const { random, fault } = this.#options
    if (fault('delayed')) return random.between(200, delayMsMax)
    return random.between(2, 120)
  }

  /** Looks again and again whether both ends are there; what it finds, the ends are told. */
  #watch(link: Link): void {
    const { scheduler, random, running } = this.#options
    scheduler.after(random.between(0.3, 1) * noticeMs, 'link', () => {
      const [one, other] = [running(link.zones[0]), running(link.zones[1])]
      const there = one !== undefined && other !== undefined && !this.isCut(...link.zones)
      const { up } = link
      const same = there && up !== undefined && up[0] === one && up[1] === other
      if (up !== undefined && !same) {
        delete link.up
        for (const [end, lost] of [up, [up[1], up[0]] as const] as const) {
          if (end.isAlive()) end.core.peerDown(lost.peer.boot)
        }
      }
      if (there && !same) {
        link.up = [one, other]
        this.#options.linked(one, other)
        one.core.peerUp(other.peer)
        other.core.peerUp(one.peer)
      }
      this.#watch(link)
    })
  }
}

export const createNetwork = (options: NetworkOptions): Network => new SimulatedNetwork(options)
