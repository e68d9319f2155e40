/** Counting as the rest of the core uses it. */

import type { LimitState } from '@holdfast/base/answers'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import { clockSkewMsMax } from '@holdfast/base/limits'
import { parseTimestamp } from '@holdfast/base/time'
import { chargesRememberedMax, chargesSweptMax } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import { chargeName, chargePrefix, type RecordName } from '../records/names.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { CatchUp, listCounted } from './catch-up.ts'
import { type ChargeAsk, type Counted, charge, parseCharge } from './charge.ts'
import { createCountTable } from './count-table.ts'
import type { CounterContext, CounterPorts } from './counter-context.ts'
import { answerEndorse, checkPlaced, countedFor } from './endorse.ts'
import { countGuess, noteSuccess } from './guesses.ts'
import { claimHere, listIntents } from './intents.ts'
import { answerRecover, answerReport, recoverAnew } from './recover.ts'
import { answerCharged, Refunds } from './refunds.ts'
import { showLimits } from './show.ts'
import { answerGive } from './transfer.ts'
import { tellUntold } from './untold.ts'

export type Guess = { readonly credential: CredentialId; readonly limit: number }

type CountType = Extract<PeerRequest['type'], `count.${string}`>

export type CountAnswers = {
  readonly [Type in CountType]: (
    peer: Peer,
    request: Extract<PeerRequest, { type: Type }>,
  ) => Promise<Result<PeerAnswer<Type>>>
}

export type Counters = {
  /** Counts a request once. Refuses `limit_exceeded`, `not_counted`, `intent_used`. */
  charge(entry: WalletEntry, ask: ChargeAsk): Promise<Result<void>>
  /** What was counted for a key, in which windows. */
  chargedFor(entry: WalletEntry, key: string): Promise<readonly Counted[]>
  /** Counts a guess durably, before it is evaluated. Refuses `locked`, `not_counted`. */
  guess(entry: WalletEntry, guess: Guess): Promise<Result<void>>
  /** A right guess: all guesses are there again. */
  succeeded(entry: WalletEntry, guess: Guess): Promise<Result<void>>
  show(entry: WalletEntry): Promise<Result<readonly LimitState[]>>
  /** The store was put back to an older copy: what was counted is asked for again. */
  restart(): void
  /** Fetches what others remember, once a wallet moves and before zones leave it. */
  recoverAnew(entry: WalletEntry): Promise<Result<void>>
  /** The wallet has left this zone. */
  forget(wallet: WalletId): void
  /** A link came up. */
  linked(peer: Peer): void
  /** Asks for what may be forgotten, and deletes charges that no repeat can meet any more. */
  tick(): Promise<void>
  /** What other zones ask. */
  readonly answers: CountAnswers
}

const answerIntent = async (
  context: CounterContext,
  peer: Peer,
  request: Extract<PeerRequest, { type: 'count.intent' }>,
): Promise<Result<PeerAnswer<'count.intent'>>> => {
  const { wallet, intent, digest } = request
  const entry = await countedFor(context, peer.zone, wallet)
  if (!entry.ok) return entry
  const placed = checkPlaced(entry.value, request)
  if (!placed.ok) return placed
  const held = await claimHere(context, wallet, { intent, digest })
  return held.ok ? accept({ digest: held.value }) : held
}

const answersOf = (context: CounterContext): CountAnswers => ({
  'count.report': (peer, { wallet }) => answerReport(context, peer.zone, wallet),
  'count.endorse': (peer, request) => answerEndorse(context, peer.zone, request),
  'count.give': (peer, request) => answerGive(context, peer.zone, request),
  'count.intent': (peer, request) => answerIntent(context, peer, request),
  'count.intents': async (peer, { wallet, after }) =>
    context.wallets.indexed(wallet)?.holders.includes(peer.zone) === true
      ? listIntents(context, wallet, after)
      : refuse('not_here', 'the wallet is not one that both zones hold'),
  'count.charged': (peer, request) => answerCharged(context, peer.zone, request),
  'count.recover': (_peer, request) => answerRecover(context, request),
  'count.wallets': async (peer, { after }) => accept(await listCounted(context, peer.zone, after)),
})

class ZoneCounters implements Counters {
  readonly answers: CountAnswers
  readonly #context: CounterContext
  /** When the charges of this incarnation expire, and those that it found at its start. */
  readonly #expiries = new Map<RecordName, number>()
  readonly #catchUp: CatchUp
  readonly #refunds: Refunds
  #found = false

  constructor(ports: CounterPorts) {
    this.#context = { ...ports, table: createCountTable(ports.records, ports.zone) }
    this.answers = answersOf(this.#context)
    this.#catchUp = new CatchUp(this.#context)
    this.#refunds = new Refunds(this.#context)
  }

  async charge(entry: WalletEntry, ask: ChargeAsk): Promise<Result<void>> {
    this.#remember(chargeName(entry.wallet.id, ask.key), ask.expiresAtMs)
    const charged = await charge(this.#context, entry, ask)
    if (charged.ok && ask.isDoubtful === true) this.#refunds.doubt(entry, ask)
    return charged
  }

  async chargedFor({ wallet }: WalletEntry, key: string): Promise<readonly Counted[]> {
    const found = await this.#context.records.read(chargeName(wallet.id, key))
    return found === undefined ? [] : parseCharge(found.payload).counted
  }

  guess(entry: WalletEntry, guess: Guess): Promise<Result<void>> {
    return countGuess(this.#context, entry, guess)
  }

  succeeded(entry: WalletEntry, guess: Guess): Promise<Result<void>> {
    return noteSuccess(this.#context, entry, guess)
  }

  show(entry: WalletEntry): Promise<Result<readonly LimitState[]>> {
    return showLimits(this.#context, entry)
  }

  restart(): void {
    this.#context.table.forgetAll()
  }

  recoverAnew(entry: WalletEntry): Promise<Result<void>> {
    return recoverAnew(this.#context, entry)
  }

  forget(wallet: WalletId): void {
    this.#context.table.forget(wallet)
  }

  linked(peer: Peer): void {
    this.#catchUp.linked(peer.zone)
  }

  async tick(): Promise<void> {
    await this.#catchUp.run()
    await this.#tell()
    await this.#refunds.run()
    await this.#sweep()
  }

  async #tell(): Promise<void> {
    const { table } = this.#context
    for (const wallet of table.untold()) await tellUntold(this.#context, wallet)
  }

  async #sweep(): Promise<void> {
    const { records, time, zone } = this.#context
    await this.#find()
    const agreed = time.now([zone])
    if (!agreed.ok) return
    const nowMs = agreed.value.earliestMs
    const old: RecordName[] = []
    for (const [name, expiresAtMs] of this.#expiries) {
      if (expiresAtMs + 2 * clockSkewMsMax > nowMs) continue
      old.push(name)
      if (old.length === chargesSweptMax) break
    }
    if (old.length === 0) return
    const writes = old.map((key) => ({ type: 'delete', key }) as const)
    const swept = await records.commit({ conditions: [], writes })
    if (swept.ok) for (const name of old) this.#expiries.delete(name)
  }

  #remember(name: RecordName, expiresAtMs: number): void {
    if (this.#expiries.size < chargesRememberedMax) this.#expiries.set(name, expiresAtMs)
  }

  /** Charges of earlier incarnations, once. */
  async #find(): Promise<void> {
    if (this.#found) return
    this.#found = true
    for await (const { name, payload } of this.#context.records.scan(chargePrefix)) {
      this.#remember(name, parseTimestamp(parseCharge(payload).expiresAt))
    }
  }
}

export const createCounters = (ports: CounterPorts): Counters => new ZoneCounters(ports)
