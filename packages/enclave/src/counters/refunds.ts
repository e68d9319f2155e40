/**
 * A request that two zones have counted is counted once in the end (DESIGN §6). A zone that counted
 * in place of another tells the others of it, by the key that all repeats share: of two zones that
 * have both written it down, for the same window, the one with the higher name gives back. So the
 * lowest never does, whoever asks whom, and one charge is left.
 */
import { accept, type Result } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import {
  chargesAskedMax,
  doubtfulChargesMax,
  peerTimeoutMs,
  refundAskMaxMs,
  refundAskMinMs,
} from '../limits.ts'
import { chargeName } from '../records/names.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { type ChargeAsk, type Counted, parseCharge } from './charge.ts'
import type { CounterContext } from './counter-context.ts'
import { countedFor } from './endorse.ts'
import { refundCharge } from './refundable.ts'

type Charged = Extract<PeerRequest, { type: 'count.charged' }>

const chargeOf = async (
  { records }: CounterContext,
  wallet: WalletId,
  key: string,
): Promise<readonly Counted[]> => {
  const found = await records.read(chargeName(wallet, key))
  return found === undefined ? [] : parseCharge(found.payload).counted
}

/** Refusals: `not_here`, `not_counted`, and those of the store. */
export const answerCharged = async (
  context: CounterContext,
  zone: ZoneId,
  { wallet, charges }: Charged,
): Promise<Result<PeerAnswer<'count.charged'>>> => {
  const entry = await countedFor(context, zone, wallet)
  if (!entry.ok) return entry
  const known: PeerAnswer<'count.charged'>['charges'] = []
  for (const { key, counted } of charges) {
    const own = await chargeOf(context, wallet, key)
    if (own.length === 0) continue
    if (zone < context.zone) refundCharge(context, wallet, key, counted)
    known.push({ key, counted: [...own] })
  }
  return accept({ charges: known })
}

type Doubt = {
  readonly key: string
  readonly expiresAtMs: number
  /** Zones that have not said that they have counted it. */
  readonly zones: Set<ZoneId>
  askAtMs: number
  pauseMs: number
}

export class Refunds {
  readonly #context: CounterContext
  readonly #doubts = new Map<WalletId, Map<string, Doubt>>()
  #count = 0
  #running = false

  constructor(context: CounterContext) {
    this.#context = context
  }

  /** This zone counted what another should have. */
  doubt({ wallet }: WalletEntry, { key, expiresAtMs }: ChargeAsk): void {
    const { clock, table, zone } = this.#context
    // A repeat, or what another incarnation has counted.
    if (!table.memory(wallet.id).refundable.has(key)) return
    const doubts = this.#doubts.get(wallet.id) ?? new Map<string, Doubt>()
    if (doubts.has(key) || this.#count >= doubtfulChargesMax) return
    this.#doubts.set(wallet.id, doubts)
    this.#count += 1
    const zones = new Set(wallet.placement.zones.filter((other) => other !== zone))
    const askAtMs = clock.nowMs()
    doubts.set(key, { key, expiresAtMs, zones, askAtMs, pauseMs: refundAskMinMs })
  }

  /** Asks the zones that can be reached; called every few seconds. */
  async run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      for (const [wallet, doubts] of this.#doubts) await this.#settle(wallet, doubts)
    } finally {
      this.#running = false
    }
  }

  async #settle(wallet: WalletId, doubts: ReadonlyMap<string, Doubt>): Promise<void> {
    const { clock, peers } = this.#context
    const nowMs = clock.nowMs()
    const due = [...doubts.values()].filter(
      ({ askAtMs, pauseMs }) =>
        // A clock that fell puts nothing off.
        nowMs >= askAtMs || askAtMs - nowMs > pauseMs,
    )
    const asked = due.slice(0, chargesAskedMax)
    for (const doubt of asked) {
      doubt.askAtMs = nowMs + doubt.pauseMs
      doubt.pauseMs = Math.min(2 * doubt.pauseMs, refundAskMaxMs)
    }
    for (const zone of new Set(asked.flatMap(({ zones }) => [...zones]))) {
      if (peers.ofZone(zone) === undefined) continue
      await this.#ask(
        wallet,
        zone,
        asked.filter(({ key, zones }) => doubts.has(key) && zones.has(zone)),
      )
    }
    // No repeat comes to any zone after this.
    for (const doubt of asked) if (doubt.expiresAtMs < nowMs) this.#end(wallet, doubt)
  }

  async #ask(wallet: WalletId, zone: ZoneId, doubts: readonly Doubt[]): Promise<void> {
    const { peers } = this.#context
    const peer = peers.ofZone(zone)
    const charges: Charged['charges'] = []
    for (const { key } of doubts) {
      charges.push({ key, counted: [...(await chargeOf(this.#context, wallet, key))] })
    }
    if (peer === undefined || charges.length === 0) return
    const request = { type: 'count.charged', wallet, charges } as const
    const answer = await peers.ask(peer, request, peerTimeoutMs)
    if (!answer.ok) return
    const known = new Map(answer.value.charges.map(({ key, counted }) => [key, counted]))
    for (const doubt of doubts) {
      const counted = known.get(doubt.key)
      if (counted === undefined) continue
      if (zone < this.#context.zone) {
        refundCharge(this.#context, wallet, doubt.key, counted)
        this.#end(wallet, doubt)
      } else {
        doubt.zones.delete(zone)
        if (doubt.zones.size === 0) this.#end(wallet, doubt)
      }
    }
  }

  #end(wallet: WalletId, { key }: Doubt): void {
    const doubts = this.#doubts.get(wallet)
    if (doubts?.delete(key) !== true) return
    this.#count -= 1
    if (doubts.size === 0) this.#doubts.delete(wallet)
  }
}
