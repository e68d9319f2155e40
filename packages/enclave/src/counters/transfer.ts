/**
 * A zone that has used up its share asks others for theirs. The giver counts what it gives as
 * spent, endorsed like all that it spends, before the taker hears of it: what is lost on the way
 * is lost to both, and nothing is there twice.
 */
import { toHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { nextGiverAfterMs, peerTimeoutMs, transfersPerWindowMax } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import { groupOf } from '../replication/homes/group.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import { whileAlive } from '../replication/peers/while-alive.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { credited, figureAt, latestWindow, withCredit, withFigure } from './count-record.ts'
import type { Counter, CounterId } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { askEndorsement, checkTime, countedFor } from './endorse.ts'
import { shareIn } from './shares.ts'

type Give = Extract<PeerRequest, { type: 'count.give' }>

/** What a zone may still set aside or give away in a window. */
export const freeOf = (
  entry: WalletEntry,
  zone: ZoneId,
  counter: Pick<Counter, 'limit' | 'lengthMs'>,
  figure: Parameters<typeof credited>[0],
): bigint => {
  const share = shareIn(entry.wallet, counter, { zone, window: figure.window })
  return share + credited(figure, counter) - BigInt(figure.spent)
}

/** Writes down what a giver has given; once for each id. */
const credit = (
  context: CounterContext,
  entry: WalletEntry,
  request: Give,
  given: { readonly zone: ZoneId; readonly amount: string },
): Promise<Result<void>> =>
  context.table.change(entry.wallet.id, (record) => {
    const { window, id, limit } = request
    const counter = request.counter as CounterId
    const next = withCredit(record, counter, { window, credit: { ...given, id, limit } })
    return accept({ value: undefined, ...(next === record ? {} : { record: next }) })
  })

/**
 * Asks one zone for what is missing; how much it gave. What it gives after nobody waits any more is
 * written down all the same, for it counts as spent there.
 */
const askOne = (
  context: CounterContext,
  entry: WalletEntry,
  peer: Peer,
  request: Give,
): Promise<Result<bigint>> => {
  const ask = async (): Promise<Result<bigint>> => {
    const answer = await context.peers.ask(peer, request, peerTimeoutMs)
    if (!answer.ok) return answer
    const { amount } = answer.value
    if (amount === '0') return accept(0n)
    const noted = await credit(context, entry, request, { zone: peer.zone, amount })
    return noted.ok ? accept(BigInt(amount)) : noted
  }
  return whileAlive(context, peer, ask())
}

/**
 * Asks other zones for what is missing, the nearest first, and the next where one does not answer
 * soon, until it is there. What was given is in the record afterwards; true where anything was.
 */
export const askForShare = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  { window, amount }: { readonly window: number; readonly amount: bigint },
): Promise<boolean> => {
  const zones = holdersOf(groupOf(entry.wallet))
  const peers = context.peers
    .list()
    .filter(({ zone }, index, all) => all.findIndex((one) => one.zone === zone) === index)
    .filter(({ zone }) => zone !== context.zone && zones.includes(zone))
  let missing = amount
  const asked: Promise<void>[] = []
  for (const peer of peers) {
    const request: Give = {
      type: 'count.give',
      wallet: entry.wallet.id,
      counter: counter.id,
      ...(counter.lengthMs === undefined ? {} : { lengthMs: counter.lengthMs }),
      limit: String(counter.limit),
      window,
      id: toHex(context.entropy.bytes(16)),
      amount: String(missing),
    }
    const one = askOne(context, entry, peer, request).then((given) => {
      if (given.ok) missing -= given.value
    })
    asked.push(one)
    await Promise.race([one, context.clock.sleep(nextGiverAfterMs)])
    if (missing <= 0n) return true
  }
  await Promise.all(asked)
  return missing < amount
}

type Debit = { readonly amount: bigint; readonly spent: bigint; readonly isNew: boolean }

/** Sets aside what is given: all that is needed, and up to half of what is there. */
const debit = (
  context: CounterContext,
  entry: WalletEntry,
  zone: ZoneId,
  request: Give,
): Promise<Result<Debit>> =>
  context.table.change<Debit>(entry.wallet.id, (record) => {
    const { window, id, limit } = request
    const counter = request.counter as CounterId
    const nothing = { amount: 0n, spent: 0n, isNew: false }
    if (window < latestWindow(record, counter)) return accept({ value: nothing })
    const figure = figureAt(record, counter, window)
    const known = figure.debits.find((one) => one.id === id)
    const spent = BigInt(figure.spent)
    if (known !== undefined) {
      return accept({ value: { amount: BigInt(known.amount), spent, isNew: false } })
    }
    if (figure.debits.length >= transfersPerWindowMax) return accept({ value: nothing })
    const { lengthMs } = request
    const counted = { limit: BigInt(limit), ...(lengthMs !== undefined && { lengthMs }) }
    const free = freeOf(entry, context.zone, counted, figure)
    const wanted = BigInt(request.amount)
    const generous = request.lengthMs === undefined ? wanted : free / 2n
    const most = generous > wanted ? generous : wanted
    const amount = most < free ? most : free
    if (amount <= 0n) return accept({ value: nothing })
    const debits = [...figure.debits, { id, zone, amount: String(amount), limit }]
    const next = { ...figure, spent: String(spent + amount), debits }
    return accept({
      value: { amount, spent: spent + amount, isNew: true },
      record: withFigure(record, counter, next),
    })
  })

/** Refusals: `not_here`, `not_counted`, `time_unknown`, and those of the store. */
export const answerGive = async (
  context: CounterContext,
  zone: ZoneId,
  request: Give,
): Promise<Result<PeerAnswer<'count.give'>>> => {
  const entry = await countedFor(context, zone, request.wallet)
  if (!entry.ok) return entry
  const open = await checkTime(context, entry.value, request)
  if (!open.ok) return open
  const set = await debit(context, entry.value, zone, request)
  if (!set.ok) return set
  const { amount, spent } = set.value
  if (amount === 0n) return accept({ amount: '0' })
  const counter: Counter = {
    id: request.counter as CounterId,
    limit: BigInt(request.limit),
    exact: false,
    ...(request.lengthMs === undefined ? {} : { lengthMs: request.lengthMs }),
  }
  const endorsed = await askEndorsement(context, entry.value, counter, {
    window: request.window,
    spent,
  })
  if (!endorsed.ok) return endorsed
  return endorsed.value.newer === undefined
    ? accept({ amount: String(amount) })
    : refuse('not_counted', 'the window is over', String(endorsed.value.newer))
}
