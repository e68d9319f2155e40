/** Counts an amount in this zone: from the block in memory, which is raised when it is used up. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import { blocksPerShare, transferPauseMs } from '../limits.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { figureAt, latestWindow, withFigure } from './count-record.ts'
import type { Block, Raised, Raising, Taken, Want } from './count-table.ts'
import { type Counter, windowAt, windowEndMs } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { askEndorsement } from './endorse.ts'
import { recover, recoverWindows } from './recover.ts'
import { restOf } from './rest.ts'
import { shareIn } from './shares.ts'
import { askForShare, freeOf } from './transfer.ts'

const raisesMax = 8

const exceeded = (counter: Counter, window: number): Result<never> => {
  const { lengthMs, id } = counter
  if (lengthMs === undefined) return refuse('locked', 'no guesses are left', id)
  const opens = formatTimestamp(windowEndMs(lengthMs, window))
  const [rule] = id.split(' ')
  return refuse(
    'limit_exceeded',
    `the limit for ${lengthMs / 1000} s is spent, as far as this zone may count; ` +
      `the next window opens at ${opens}`,
    rule,
  )
}

/** The window that it is time for; the record may be in a later one already. */
const windowNow = async (
  context: CounterContext,
  entry: WalletEntry,
  { lengthMs }: Counter,
): Promise<Result<number>> => {
  if (lengthMs === undefined) return accept(0)
  const agreed = await context.time.bring(restOf(context, entry).clocks)
  return agreed.ok ? accept(windowAt(lengthMs, agreed.value.earliestMs)) : agreed
}

const blockOf = (context: CounterContext, entry: WalletEntry, counter: Counter): Block => {
  const { blocks } = context.table.memory(entry.wallet.id)
  const known = blocks.get(counter.id)
  if (known !== undefined) {
    // What was set aside under a higher limit is given up.
    if (known.limit > counter.limit) known.left = 0n
    known.limit = counter.limit
    return known
  }
  const made: Block = {
    window: 0,
    limit: counter.limit,
    left: 0n,
    reserved: 0n,
    wants: new Set(),
  }
  blocks.set(counter.id, made)
  return made
}

const sumOf = (wants: Iterable<Want>): bigint =>
  [...wants].reduce((sum, { amount }) => sum + amount, 0n)

/** The most that those who fit into `most` want, the first before the last. */
const fitting = (wants: Iterable<Want>, most: bigint): bigint => {
  let sum = 0n
  for (const { amount } of wants) if (sum + amount <= most) sum += amount
  return sum
}

type Reserved = { readonly window: number; readonly spent: bigint; readonly short: bigint }

type Reservation = {
  readonly block: Block
  readonly from: number
}

/** Sets a part of the share aside in the record; `short` is what the share does not hold. */
const reserve = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  { block, from }: Reservation,
): Promise<Result<Reserved>> => {
  const reserved = await context.table.change<Reserved & { readonly amount: bigint }>(
    entry.wallet.id,
    (record) => {
      const window = Math.max(from, latestWindow(record, counter.id))
      const figure = figureAt(record, counter.id, window)
      const kept = block.window === window ? block.left + block.reserved : 0n
      const free = freeOf(entry, context.zone, counter, figure)
      const held = kept + (free > 0n ? free : 0n)
      const wanted = sumOf(block.wants)
      const short = wanted > held ? wanted - held : 0n
      const share = shareIn(entry.wallet, counter, { zone: context.zone, window })
      const needed = fitting(block.wants, held) - kept
      const part = counter.exact || needed <= 0n ? 0n : share / blocksPerShare
      const most = needed > part ? needed : part
      const amount = most < free ? most : free
      const spent = BigInt(figure.spent) + (amount > 0n ? amount : 0n)
      const value = { window, spent, amount, short }
      if (amount <= 0n) return accept({ value: { ...value, amount: 0n } })
      const next = { ...figure, spent: String(spent) }
      return accept({ value, record: withFigure(record, counter.id, next) })
    },
  )
  if (!reserved.ok) return reserved
  const { window, amount } = reserved.value
  if (block.window !== window) {
    block.window = window
    block.left = 0n
    block.reserved = 0n
  }
  block.reserved += amount
  return reserved
}

const mayAsk = ({ clock }: CounterContext, { dryAtMs }: Block): boolean => {
  const sinceMs = dryAtMs === undefined ? undefined : clock.nowMs() - dryAtMs
  return sinceMs === undefined || sinceMs < 0 || sinceMs >= transferPauseMs
}

/** Brings the block to what is wanted, or as far as it goes. Refuses where nobody can count. */
const raise = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  block: Block,
): Promise<Result<Raised>> => {
  const now = await windowNow(context, entry, counter)
  if (!now.ok) return now
  let from = now.value
  let mayTransfer = mayAsk(context, block)
  for (let attempt = 0; attempt < raisesMax; attempt += 1) {
    const reserved = await reserve(context, entry, counter, { block, from })
    if (!reserved.ok) return reserved
    const { window, spent, short } = reserved.value
    if (short > 0n && mayTransfer) {
      mayTransfer = false
      const given = await askForShare(context, entry, counter, { window, amount: short })
      if (given) continue
      block.dryAtMs = context.clock.nowMs()
    }
    const { reserved: amount } = block
    if (amount === 0n) return accept({ short: short > 0n })
    const endorsed = await askEndorsement(context, entry, counter, { window, spent })
    if (!endorsed.ok) return endorsed
    if (endorsed.value.newer === undefined) {
      block.reserved -= amount
      block.left += amount
      return accept({ short: short > 0n })
    }
    from = endorsed.value.newer
  }
  return refuse('not_counted', 'the zones do not come to one window')
}

const begin = (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  block: Block,
): Raising => {
  const raising: Raising = {
    serves: new Set(block.wants),
    done: raise(context, entry, counter, block).finally(() => {
      delete block.raising
    }),
  }
  block.raising = raising
  return raising
}

const takesMax = 64

/** Waits for raises until the want is served. It stays among the wants while it waits. */
const takeFrom = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  { block, want, now }: { readonly block: Block; readonly want: Want; readonly now: number },
): Promise<Result<Taken>> => {
  const { amount } = want
  const tryTake = (): boolean => {
    const isEnough = block.window >= now && block.left >= amount
    if (isEnough) block.left -= amount
    return isEnough
  }
  const taken = (): Result<Taken> => accept({ counter, window: block.window, amount })
  if (tryTake()) return taken()
  if (amount > counter.limit) return exceeded(counter, Math.max(now, block.window))
  block.wants.add(want)
  try {
    for (let attempt = 0; attempt < takesMax; attempt += 1) {
      const raising = block.raising ?? begin(context, entry, counter, block)
      const raised = await raising.done
      if (tryTake()) return taken()
      if (!raised.ok) return raised
      // A raise that began before this want came has not looked for it.
      if (raised.value.short && raising.serves.has(want)) return exceeded(counter, block.window)
    }
  } finally {
    block.wants.delete(want)
  }
  return refuse('not_counted', 'too many requests count at the same time')
}

const recoverFor = async (
  context: CounterContext,
  entry: WalletEntry,
  { lengthMs }: Counter,
): Promise<Result<{ readonly fromMs: number }>> => {
  if (lengthMs !== undefined) return recoverWindows(context, entry)
  const recovered = await recover(context, entry)
  return recovered.ok ? accept({ fromMs: 0 }) : recovered
}

/**
 * Counts the amount for good, unless `giveBack` is called. Refusals: `limit_exceeded` or `locked`
 * where no share is left, `not_counted`, `time_unknown`, and those of the store.
 */
export const take = async (
  context: CounterContext,
  entry: WalletEntry,
  counter: Counter,
  amount: bigint,
): Promise<Result<Taken>> => {
  const { table } = context
  const { lengthMs = 0 } = counter
  const recovered = await recoverFor(context, entry, counter)
  if (!recovered.ok) return recovered
  const now = await windowNow(context, entry, counter)
  if (!now.ok) return now
  if (now.value * lengthMs < recovered.value.fromMs) {
    return refuse(
      'not_counted',
      'what this zone counted in the window is known to none that is left',
    )
  }
  const { recovered: isWhole, alone } = table.memory(entry.wallet.id)
  if (!isWhole && (alone === undefined || counter.lengthMs === undefined)) {
    return refuse('not_counted', 'the store of this zone was put back while it ran')
  }
  const block = blockOf(context, entry, counter)
  return takeFrom(context, entry, counter, { block, want: { amount }, now: now.value })
}

/**
 * For what did not happen after all, or is counted by another zone; in the same window alone, and
 * not where the limit was lowered meanwhile.
 */
export const giveBack = (
  { table }: Pick<CounterContext, 'table'>,
  wallet: WalletId,
  { counter, window, amount }: Taken,
): void => {
  const block = table.memory(wallet).blocks.get(counter.id)
  if (block === undefined || block.window !== window || block.limit < counter.limit) return
  block.left += amount
}
