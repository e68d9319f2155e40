/**
 * Charges a request once, however often it comes: what was counted for it is written down under
 * its key, in one commit with the intent that it claims, before anything is signed.
 */
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { decimal, parseJson, timestamp } from '@holdfast/base/schema'
import { formatTimestamp } from '@holdfast/base/time'
import { z } from 'zod'
import type { Condition, Revision, Write } from '../ports/store.ts'
import { chargeName, intentName } from '../records/names.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Taken } from './count-table.ts'
import type { Counter } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { type Claim, claimElsewhere, claimed, claimVersion } from './intents.ts'
import { noteRefundable } from './refundable.ts'
import { giveBack, take } from './take.ts'

export type ChargeAsk = {
  /** The same for every repeat of the request. */
  readonly key: string
  readonly amounts: readonly { readonly counter: Counter; readonly amount: bigint }[]
  /** After this no repeat is answered any more. */
  readonly expiresAtMs: number
  readonly claim?: Claim
  /** Another zone should have counted it, and may have. */
  readonly isDoubtful?: true
}

const chargeRecord = z.strictObject({
  format: z.literal('holdfast charge v1'),
  expiresAt: timestamp,
  counted: z.array(z.strictObject({ counter: z.string(), window: z.int(), amount: decimal })),
})
type ChargeRecord = z.infer<typeof chargeRecord>
export type Counted = ChargeRecord['counted'][number]

type Held = { readonly record: ChargeRecord; readonly revision: Revision | 'absent' }

const chargeVersion = { epoch: 1, version: 1 } as const
const attemptsMax = 5

export const parseCharge = (payload: Bytes): ChargeRecord => parseJson(chargeRecord, payload)

const readCharge = async (
  { records }: CounterContext,
  { wallet }: WalletEntry,
  { key, expiresAtMs }: ChargeAsk,
): Promise<Held> => {
  const found = await records.read(chargeName(wallet.id, key))
  if (found !== undefined) {
    return { record: parseCharge(found.payload), revision: found.revision }
  }
  const expiresAt = formatTimestamp(expiresAtMs)
  return {
    record: { format: 'holdfast charge v1', expiresAt, counted: [] },
    revision: 'absent',
  }
}

/** What was not counted for this request before: another rule may have allowed it then. */
const uncounted = ({ record }: Held, { amounts }: ChargeAsk): ChargeAsk['amounts'] =>
  amounts.filter(({ counter, amount }) =>
    record.counted.every((one) => one.counter !== counter.id || BigInt(one.amount) < amount),
  )

const takeAll = async (
  context: CounterContext,
  entry: WalletEntry,
  amounts: ChargeAsk['amounts'],
): Promise<Result<readonly Taken[]>> => {
  const taken: Taken[] = []
  for (const { counter, amount } of amounts) {
    const one = await take(context, entry, counter, amount)
    if (!one.ok) {
      for (const back of taken) giveBack(context, entry.wallet.id, back)
      return one
    }
    taken.push(one.value)
  }
  return accept(taken)
}

/** The claim of the intent, where this zone has given its voice to nothing yet. */
const prepareClaim = async (
  context: CounterContext,
  { wallet }: WalletEntry,
  { claim }: ChargeAsk,
  into: { readonly conditions: Condition[]; readonly writes: Write[] },
): Promise<Result<void>> => {
  if (claim === undefined) return accept(undefined)
  const held = await claimed(context, wallet.id, claim.intent)
  if (held === claim.digest) return accept(undefined)
  if (held !== undefined) {
    return refuse('intent_used', 'the intent stands for another transaction', claim.intent)
  }
  const key = intentName(wallet.id, claim.intent)
  into.conditions.push({ key, revision: 'absent' })
  into.writes.push(context.records.put(key, claimVersion, fromHex(claim.digest)))
  return accept(undefined)
}

const tryCharge = async (
  context: CounterContext,
  entry: WalletEntry,
  ask: ChargeAsk,
): Promise<Result<void>> => {
  const { records } = context
  const held = await readCharge(context, entry, ask)
  const missing = uncounted(held, ask)
  const batch = { conditions: [] as Condition[], writes: [] as Write[] }
  const prepared = await prepareClaim(context, entry, ask, batch)
  if (!prepared.ok) return prepared
  const taken = await takeAll(context, entry, missing)
  if (!taken.ok) return taken
  if (taken.value.length > 0) {
    const counted = taken.value.map(({ counter, window, amount }) => ({
      counter: counter.id,
      window,
      amount: String(amount),
    }))
    const record: ChargeRecord = { ...held.record, counted: [...held.record.counted, ...counted] }
    const key = chargeName(entry.wallet.id, ask.key)
    batch.conditions.unshift({ key, revision: held.revision })
    batch.writes.unshift(records.put(key, chargeVersion, utf8(JSON.stringify(record))))
  }
  if (batch.writes.length === 0) return accept(undefined)
  const stored = await records.commit(batch)
  if (stored.ok) {
    noteRefundable(context, entry.wallet.id, ask.key, taken.value)
    return accept(undefined)
  }
  // What is not known to have failed stays counted.
  if (stored.refusal.code === 'conflict') {
    for (const back of taken.value) giveBack(context, entry.wallet.id, back)
  }
  return stored
}

/**
 * Counts what was not counted for this request before, and claims its intent. Refusals:
 * `limit_exceeded`, `not_counted`, `time_unknown`, `intent_used`, and those of the store.
 */
export const charge = async (
  context: CounterContext,
  entry: WalletEntry,
  ask: ChargeAsk,
): Promise<Result<void>> => {
  let charged: Result<void> = refuse('conflict', 'the request is charged at the same time')
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    charged = await tryCharge(context, entry, ask)
    // Another node of the zone may have charged a repeat of it at the same time.
    if (charged.ok || charged.refusal.code !== 'conflict') break
  }
  if (!charged.ok || ask.claim === undefined) return charged
  return claimElsewhere(context, entry, ask.claim)
}
