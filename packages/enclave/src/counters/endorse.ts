/**
 * Before a zone spends, others remember that it will have spent: what they remember its store
 * cannot make undone. A window is opened in the same way, by those who see that it is time.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { groupOf } from '../replication/homes/group.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { askZones, isEnoughOf, votesFor } from './ask-zones.ts'
import { figureOf, higher, latestWindow, markOf, withMark } from './count-record.ts'
import { type Counter, type CounterId, countersOf, windowAt } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { recover, recoverWindows } from './recover.ts'
import { restOf } from './rest.ts'

/** `newer`: some zone is in a later window already; this one's is over. */
export type Endorsement = { readonly newer?: number }

/** Refuses `not_counted`, or as the zones that refused did. */
export const askEndorsement = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  { window, spent }: { readonly window: number; readonly spent: bigint },
): Promise<Result<Endorsement>> => {
  const { wallet } = entry
  const group = groupOf(wallet)
  // Guesses need a majority of all: a right one must be known to whoever may count the next.
  const rest = counter.lengthMs === undefined ? undefined : restOf(context, entry)
  const isEnough = votesFor(rest?.deciding ?? group, context.zone)
  if (rest?.isWhole === false) context.table.memory(wallet.id).untold.add(counter.id)
  const counts = (answer: PeerAnswer<'count.endorse'>): boolean => answer.window === window
  const replies = await askZones({
    peers: context.peers,
    clock: context.clock,
    zones: holdersOf(group).filter((zone) => zone !== context.zone),
    request: {
      type: 'count.endorse',
      wallet: wallet.id,
      epoch: wallet.epoch,
      version: wallet.version,
      counter: counter.id,
      ...(counter.lengthMs === undefined ? {} : { lengthMs: counter.lengthMs }),
      limit: String(counter.limit),
      window,
      spent: String(spent),
    },
    isEnough,
    counts,
  })
  const answers = replies.flatMap(({ answer }) => (answer.ok ? [answer.value] : []))
  if (isEnoughOf(replies, isEnough, counts)) {
    return checkOwn(context, wallet.id, counter.id, answers)
  }
  const newer = Math.max(window, ...answers.map((answer) => answer.window))
  if (newer > window) return accept({ newer })
  const refused = replies.find(({ answer }) => !answer.ok && answer.refusal.code === 'behind')
  if (refused !== undefined && !refused.answer.ok) return refused.answer
  return refuse('not_counted', 'too few zones stand behind what would be counted')
}

/** Others remember no more than the own record says: else it was put back while this node ran. */
const checkOwn = async (
  { table }: CounterContext,
  wallet: WalletEntry['wallet']['id'],
  counter: CounterId,
  answers: readonly PeerAnswer<'count.endorse'>[],
): Promise<Result<Endorsement>> => {
  const record = await table.read(wallet)
  if (!record.ok) return record
  const own = figureOf(record.value, counter)
  const isMore = answers.some(
    (answer) => answer.window === own.window && BigInt(answer.spent) > BigInt(own.spent),
  )
  if (!isMore) return accept({})
  table.forget(wallet)
  return refuse('not_counted', 'the store of this zone was put back while it ran')
}

/** A wallet that the asking zone may count for, recovered here. */
export const countedFor = async (
  context: CounterContext,
  zone: ZoneId,
  wallet: WalletEntry['wallet']['id'],
  recovering: (context: CounterContext, entry: WalletEntry) => Promise<Result<unknown>> = recover,
): Promise<Result<WalletEntry>> => {
  const entry = await context.wallets.read(wallet)
  if (entry === undefined || !holdersOf(groupOf(entry.wallet)).includes(zone)) {
    return refuse('not_here', 'the wallet is not one that both zones hold')
  }
  const recovered = await recovering(context, entry)
  return recovered.ok ? accept(entry) : recovered
}

/** An owner's lower limit holds at once, also for a zone that has not heard of it. */
const checkLimit = (
  { wallet }: WalletEntry,
  request: Extract<PeerRequest, { type: 'count.endorse' }>,
): Result<void> => {
  if (!isNewer(wallet, request) || request.lengthMs === undefined) return accept(undefined)
  const now = countersOf(wallet.policy).find(({ counter }) => counter.id === request.counter)
  return now === undefined || now.counter.limit < BigInt(request.limit)
    ? refuse('behind', 'the limit was lowered in a newer version of the wallet')
    : accept(undefined)
}

/**
 * Who counts by a document from before the wallet moved divides limits as it was then, and asks too
 * few zones.
 */
export const checkPlaced = (
  { wallet: { moved } }: WalletEntry,
  request: { readonly epoch: number; readonly version: number },
): Result<void> =>
  moved === undefined || !isNewer(moved, request)
    ? accept(undefined)
    : refuse('behind', 'the placement of the wallet has changed since')

/** Whether this zone sees that the window has begun. */
export const checkTime = async (
  context: CounterContext,
  entry: WalletEntry,
  { lengthMs, window }: { readonly lengthMs?: number; readonly window: number },
): Promise<Result<void>> => {
  if (lengthMs === undefined) return accept(undefined)
  const { time } = context
  const { clocks: zones } = restOf(context, entry)
  for (const anew of [false, true]) {
    const agreed = await (anew ? time.renew(zones) : time.bring(zones))
    if (!agreed.ok) return agreed
    if (windowAt(lengthMs, agreed.value.earliestMs) >= window) return accept(undefined)
  }
  return refuse('time_unknown', 'this zone does not see that the window has begun')
}

/** Refusals: `not_here`, `behind`, `not_counted`, `time_unknown`, and those of the store. */
export const answerEndorse = async (
  context: CounterContext,
  zone: ZoneId,
  request: Extract<PeerRequest, { type: 'count.endorse' }>,
): Promise<Result<PeerAnswer<'count.endorse'>>> => {
  // Who endorses a window is told how far it has come: what he has forgotten is in it.
  const recovering = request.lengthMs === undefined ? recover : recoverWindows
  const entry = await countedFor(context, zone, request.wallet, recovering)
  if (!entry.ok) return entry
  const lowered = checkLimit(entry.value, request)
  if (!lowered.ok) return lowered
  const placed = checkPlaced(entry.value, request)
  if (!placed.ok) return placed
  const { table } = context
  const counter = request.counter as CounterId
  const known = await table.read(request.wallet)
  if (!known.ok) return known
  if (request.window > latestWindow(known.value, counter)) {
    const open = await checkTime(context, entry.value, request)
    if (!open.ok) return open
  }
  return table.change(request.wallet, (record) => {
    const latest = latestWindow(record, counter)
    const held = markOf(record, zone, counter)
    if (request.window < latest) {
      return accept({ value: held.window === latest ? held : { window: latest, spent: '0' } })
    }
    const mark = higher(held, { window: request.window, spent: request.spent })
    if (mark === held) return accept({ value: held })
    return accept({ value: mark, record: withMark(record, zone, { counter, mark }) })
  })
}
