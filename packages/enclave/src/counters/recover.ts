/**
 * What a node must hear before it counts: its store may have been put back to an older copy while
 * it was down, so that the others say what they remember (DESIGN §7, boot rule).
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { clockSkewMsMax } from '@holdfast/base/limits'
import { intentPrefix } from '../records/names.ts'
import { groupOf } from '../replication/homes/group.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import { type Deciding, holdersOf } from '../replication/quorum/quorum.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { askZones, isEnoughOf, reportsFor } from './ask-zones.ts'
import {
  type CountRecord,
  figureOf,
  higher,
  markOf,
  withCredit,
  withFigure,
  withMark,
} from './count-record.ts'
import { type CounterId, countersOf } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { recoverIntents } from './intents.ts'
import { type Rest, restOf, wasAlone } from './rest.ts'

type Report = { readonly zone: ZoneId; readonly report: PeerAnswer<'count.report'> }

/** The highest of what is held and what was reported. */
const merge = (record: CountRecord, reports: readonly Report[], self: ZoneId): CountRecord => {
  let merged = record
  for (const { zone, report } of reports) {
    for (const { counter, window, spent } of report.yours) {
      const id = counter as CounterId
      const held = figureOf(merged, id)
      const known = higher({ window: held.window, spent: held.spent }, { window, spent })
      if (known.window === held.window && known.spent === held.spent) continue
      const kept = known.window === held.window ? held : { credits: [], debits: [] }
      merged = withFigure(merged, id, { ...kept, ...known })
    }
    for (const { counter, window, ...gift } of report.given) {
      merged = withCredit(merged, counter as CounterId, { window, credit: { ...gift, zone } })
    }
    for (const { counter, window, spent } of report.own) {
      const id = counter as CounterId
      const held = markOf(merged, zone, id)
      const mark = higher(held, { window, spent })
      if (mark !== held) merged = withMark(merged, zone, { counter: id, mark })
    }
    for (const { zone: other, counter, window, spent } of report.others) {
      const id = counter as CounterId
      const held = markOf(merged, other, id)
      const mark = higher(held, { window, spent })
      if (other !== self && mark !== held) merged = withMark(merged, other, { counter: id, mark })
    }
  }
  return merged
}

/** Takes over what the zones of `deciding` remember, where enough of them answer. */
const collect = async (
  context: CounterContext,
  entry: WalletEntry,
  deciding: Deciding,
): Promise<Result<void>> => {
  const { table } = context
  const { id } = entry.wallet
  const others = holdersOf(deciding).filter((zone) => zone !== context.zone)
  const memory = table.memory(id)
  // Of a placement that it is not in yet it remembers nothing.
  const isEnough = reportsFor(deciding, context.zone, memory.recovered)
  if (!memory.recovered && memory.alone === undefined) memory.blocks.clear()
  const replies = await askZones({
    peers: context.peers,
    clock: context.clock,
    zones: others,
    request: { type: 'count.report', wallet: id },
    isEnough,
    counts: () => true,
  })
  const reports = replies.flatMap(({ zone, answer }): Report[] =>
    answer.ok ? [{ zone, report: answer.value }] : [],
  )
  if (!isEnoughOf(replies, isEnough, () => true)) {
    return refuse('not_counted', 'too few zones say what was counted before this one started')
  }
  const changed = await table.change(id, (record) => {
    const merged = merge(record, reports, context.zone)
    // A record is there from now on: by it others and the next start know of the wallet.
    const isHeld = merged === record && record.serial > 0
    return accept({ value: undefined, ...(isHeld ? {} : { record: merged }) })
  })
  if (!changed.ok) return changed
  const knowing = reports.filter(({ report }) => report.intents > 0).map(({ zone }) => zone)
  const intents = await recoverIntents(context, id, knowing)
  if (!intents.ok) return intents
  // It was forgotten meanwhile where the store was put back once more.
  return table.memory(id) === memory
    ? accept(undefined)
    : refuse('not_counted', 'the store was put back')
}

const run = async (context: CounterContext, entry: WalletEntry): Promise<Result<void>> => {
  const memory = context.table.memory(entry.wallet.id)
  const collected = await collect(context, entry, groupOf(entry.wallet))
  if (!collected.ok) return collected
  if (!memory.recovered && wasAlone(context, entry)) {
    for (const { counter } of countersOf(entry.wallet.policy)) memory.untold.add(counter.id)
  }
  memory.recovered = true
  return accept(undefined)
}

/**
 * After a start among those that are left of a placement. What the zone has counted before, those
 * that were given up may know alone; so it counts only in windows that begin after this, by more
 * clocks than its own.
 */
const runAlone = async (
  context: CounterContext,
  entry: WalletEntry,
  { deciding, clocks }: Rest,
): Promise<Result<void>> => {
  const memory = context.table.memory(entry.wallet.id)
  const now = await context.time.bring(clocks)
  if (!now.ok) return now
  if (now.value.source === 'host') {
    return refuse('not_counted', 'nobody else says which windows had begun before this zone did')
  }
  const collected = await collect(context, entry, deciding)
  if (!collected.ok) return collected
  memory.alone ??= { fromMs: now.value.latestMs + clockSkewMsMax }
  return accept(undefined)
}

/** Once for each wallet and incarnation. Refuses `not_counted` and what the store refuses. */
export const recover = async (
  context: CounterContext,
  entry: WalletEntry,
): Promise<Result<void>> => {
  const memory = context.table.memory(entry.wallet.id)
  if (memory.recovered) return accept(undefined)
  memory.recovering ??= run(context, entry).finally(() => {
    delete memory.recovering
  })
  return memory.recovering
}

/**
 * As `recover`, for what ends with time: a zone that is left alone counts in later windows. From
 * when on a window must have begun.
 */
export const recoverWindows = async (
  context: CounterContext,
  entry: WalletEntry,
): Promise<Result<{ readonly fromMs: number }>> => {
  const memory = context.table.memory(entry.wallet.id)
  const rest = restOf(context, entry)
  if (memory.recovered || rest.isWhole || memory.alone === undefined) {
    const whole = await recover(context, entry)
    if (whole.ok) return accept({ fromMs: 0 })
    if (rest.isWhole || whole.refusal.code !== 'not_counted') return whole
    memory.recoveringAlone ??= runAlone(context, entry, rest).finally(() => {
      delete memory.recoveringAlone
    })
    const alone = await memory.recoveringAlone
    if (!alone.ok) return alone
  }
  return memory.alone === undefined
    ? refuse('not_counted', 'the store was put back')
    : accept(memory.alone)
}

/** As after a start, but for what this incarnation remembers: a wallet moves. */
export const recoverAnew = async (
  context: CounterContext,
  entry: WalletEntry,
): Promise<Result<void>> => {
  const memory = context.table.memory(entry.wallet.id)
  await memory.recovering
  memory.recovering ??= run(context, entry).finally(() => {
    delete memory.recovering
  })
  return memory.recovering
}

/** Refuses `behind` where the version that moves the wallet has not come here, and as `recover`. */
export const answerRecover = async (
  context: CounterContext,
  { wallet, ...asked }: Extract<PeerRequest, { type: 'count.recover' }>,
): Promise<Result<PeerAnswer<'count.recover'>>> => {
  const entry = await context.wallets.read(wallet)
  if (entry === undefined || isNewer(asked, entry.wallet)) {
    return refuse('behind', 'the wallet has not come here in this version', wallet)
  }
  const recovered = await recoverAnew(context, entry)
  return recovered.ok ? accept({}) : recovered
}

/** What a peer may know: its own figures, as this zone stands behind them, and those of here. */
export const answerReport = async (
  context: CounterContext,
  zone: ZoneId,
  wallet: WalletId,
): Promise<Result<PeerAnswer<'count.report'>>> => {
  const isMember = context.wallets.indexed(wallet)?.holders.includes(zone) === true
  if (!isMember) return refuse('not_here', 'the wallet is not one that both zones hold')
  const record = await context.table.read(wallet)
  if (!record.ok) return record
  const { own, marks } = record.value
  return accept({
    own: Object.entries(own).map(([counter, { window, spent, credits }]) => ({
      counter,
      window,
      spent,
      credited: String(credits.reduce((sum, { amount }) => sum + BigInt(amount), 0n)),
    })),
    given: Object.entries(own).flatMap(([counter, { window, debits }]) =>
      debits
        .filter((one) => one.zone === zone)
        .map(({ id, amount, limit }) => ({ counter, window, id, amount, limit })),
    ),
    others: Object.entries(marks).flatMap(([other, known]) =>
      other === zone
        ? []
        : Object.entries(known).map(([counter, mark]) => ({
            zone: other as ZoneId,
            counter,
            ...mark,
          })),
    ),
    yours: Object.entries(marks[zone] ?? {}).map(([counter, mark]) => ({ counter, ...mark })),
    intents: await countIntents(context, wallet),
  })
}

const countIntents = async ({ records }: CounterContext, wallet: WalletId): Promise<number> =>
  (await records.names(intentPrefix(wallet), { limit: 1 })).length
