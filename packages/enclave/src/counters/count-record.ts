/**
 * `count/{wallet}/{zone}`: what this zone has counted, and what it has seen others count. Figures
 * rise within a window, and a window never gives way to an earlier one.
 */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import { decimal, hex, parseJson, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import { countersPerWalletMax, transfersPerWindowMax } from '../limits.ts'
import type { Counter, CounterId } from './counter.ts'

const window = z.int().min(0)

const transfer = z.strictObject({
  id: hex(16),
  zone: zoneId,
  amount: decimal,
  /** The limit at which it was given: where the limit is lower now, it is worth nothing. */
  limit: decimal,
})

type Transfer = z.infer<typeof transfer>

const figure = z.strictObject({
  window,
  /** Counted, set aside for counting, or given to other zones. */
  spent: decimal,
  credits: z.array(transfer).max(transfersPerWindowMax),
  debits: z.array(transfer).max(transfersPerWindowMax),
})
export type Figure = z.infer<typeof figure>

const mark = z.strictObject({ window, spent: decimal })
/** The highest figure of another zone that this one stands behind. */
export type Mark = z.infer<typeof mark>

const counterName = z.string().min(1).max(400)

const countRecord = z.strictObject({
  format: z.literal('holdfast count v1'),
  /** Rises with every write. */
  serial: z.int().min(0),
  own: z.record(counterName, figure),
  marks: z.record(zoneId, z.record(counterName, mark)),
})
export type CountRecord = z.infer<typeof countRecord>

export const emptyCount: CountRecord = {
  format: 'holdfast count v1',
  serial: 0,
  own: {},
  marks: {},
}

export const parseCount = (payload: Bytes): CountRecord => parseJson(countRecord, payload)

export const encodeCount = (record: CountRecord): Bytes => utf8(JSON.stringify(record))

const fresh = (at: number): Figure => ({ window: at, spent: '0', credits: [], debits: [] })

export const figureOf = (record: CountRecord, counter: CounterId): Figure =>
  record.own[counter] ?? fresh(0)

/** The figure of a window: a later one than is held begins at nothing. */
export const figureAt = (record: CountRecord, counter: CounterId, at: number): Figure => {
  const held = figureOf(record, counter)
  return at > held.window ? fresh(at) : held
}

/** What others gave in this window, and is worth something at the limit as it is now. */
export const credited = ({ credits }: Figure, { limit }: Pick<Counter, 'limit'>): bigint =>
  credits.reduce(
    (sum, credit) => (BigInt(credit.limit) <= limit ? sum + BigInt(credit.amount) : sum),
    0n,
  )

export const markOf = (record: CountRecord, zone: ZoneId, counter: CounterId): Mark =>
  record.marks[zone]?.[counter] ?? { window: 0, spent: '0' }

/** The latest window of a counter that any zone is known to have opened. */
export const latestWindow = (record: CountRecord, counter: CounterId): number =>
  Math.max(
    figureOf(record, counter).window,
    ...Object.values(record.marks).map((marks) => marks[counter]?.window ?? 0),
  )

/** The higher of two figures. */
export const higher = (left: Mark, right: Mark): Mark => {
  if (left.window !== right.window) return left.window > right.window ? left : right
  return BigInt(left.spent) >= BigInt(right.spent) ? left : right
}

const without = <Value>(
  all: Readonly<Record<string, Value>>,
  isOld: (value: Value) => boolean,
): Record<string, Value> => {
  const entries = Object.entries(all)
  if (entries.length < countersPerWalletMax) return { ...all }
  return Object.fromEntries(entries.filter(([, value]) => !isOld(value)))
}

export const withFigure = (record: CountRecord, counter: CounterId, next: Figure): CountRecord => ({
  ...record,
  own: { ...without(record.own, ({ spent }) => spent === '0'), [counter]: next },
})

/** Once for each id, and in its own window alone. */
export const withCredit = (
  record: CountRecord,
  counter: CounterId,
  { window: at, credit }: { readonly window: number; readonly credit: Transfer },
): CountRecord => {
  const held = figureAt(record, counter, at)
  const isKnown = held.credits.some(({ id }) => id === credit.id)
  if (held.window !== at || isKnown || held.credits.length >= transfersPerWindowMax) return record
  return withFigure(record, counter, { ...held, credits: [...held.credits, credit] })
}

export const withMark = (
  record: CountRecord,
  zone: ZoneId,
  at: { readonly counter: CounterId; readonly mark: Mark },
): CountRecord => ({
  ...record,
  marks: {
    ...record.marks,
    [zone]: {
      ...without(record.marks[zone] ?? {}, ({ spent }) => spent === '0'),
      [at.counter]: at.mark,
    },
  },
})
