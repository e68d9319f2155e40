/** What zones say to each other about what was counted (docs/counters.md, message by message). */

import { zonesMax } from '@holdfast/base/limits'
import { decimal, hex, intentId, walletId, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import {
  chargesAskedMax,
  countersPerWalletMax,
  countPageMax,
  intentPageMax,
  transfersPerWindowMax,
} from '../limits.ts'

/** Printable ASCII: a rule's id, and what is counted of it. */
const counter = z.string().regex(/^[ -~]{1,400}$/)
const window = z.int().min(0)
const lengthMs = z.int().min(1)
const serial = z.int().min(0)
const countedAmount = z.strictObject({ counter, window, amount: decimal })
const mark = z.strictObject({ counter, window, spent: decimal })

const othersMax = countersPerWalletMax * zonesMax

/** What do you remember of this wallet: of yourself, and of me? */
export const countReport = z.strictObject({ type: z.literal('count.report'), wallet: walletId })
export const countReportAnswer = z.strictObject({
  own: z.array(mark.extend({ credited: decimal })).max(countersPerWalletMax),
  yours: z.array(mark).max(countersPerWalletMax),
  /** What I gave you in windows that are not over, as far as I know. */
  given: z
    .array(z.strictObject({ counter, window, id: hex(16), amount: decimal, limit: decimal }))
    .max(countersPerWalletMax * transfersPerWindowMax),
  /** What I remember of others, besides you and me. */
  others: z.array(mark.extend({ zone: zoneId })).max(othersMax),
  /** Intents that were claimed, as far as this zone knows. */
  intents: serial,
})

/** A wallet moves: hear what its zones remember of its counts, once more. */
export const countRecover = z.strictObject({
  type: z.literal('count.recover'),
  wallet: walletId,
  epoch: z.int().min(1),
  version: z.int().min(1),
})
export const countRecoverAnswer = z.strictObject({})

/** Remember that I have spent so much in this window. */
export const countEndorse = z.strictObject({
  type: z.literal('count.endorse'),
  wallet: walletId,
  epoch: z.int().min(1),
  version: z.int().min(1),
  counter,
  /** Absent: the window was opened by a success, not by time. */
  lengthMs: lengthMs.exactOptional(),
  limit: decimal,
  window,
  spent: decimal,
})
/** What is remembered now; a later window says that the one asked about is over. */
export const countEndorseAnswer = z.strictObject({ window, spent: decimal })

/** Give me of your share; the id makes a repeat the same transfer. */
export const countGive = z.strictObject({
  type: z.literal('count.give'),
  wallet: walletId,
  counter,
  lengthMs: lengthMs.exactOptional(),
  limit: decimal,
  window,
  id: hex(16),
  amount: decimal,
})
export const countGiveAnswer = z.strictObject({ amount: decimal })

/** This intent signs this transaction and no other. */
export const countIntent = z.strictObject({
  type: z.literal('count.intent'),
  wallet: walletId,
  epoch: z.int().min(1),
  version: z.int().min(1),
  intent: intentId,
  digest: hex(32),
})
/** The transaction that the intent signs, as the answering zone knows it now. */
export const countIntentAnswer = z.strictObject({ digest: hex(32) })

/** All intents that you know, a page at a time. */
export const countIntents = z.strictObject({
  type: z.literal('count.intents'),
  wallet: walletId,
  after: intentId.exactOptional(),
})
export const countIntentsAnswer = z.strictObject({
  intents: z.array(z.tuple([intentId, hex(32)])).max(intentPageMax),
  next: intentId.exactOptional(),
})

/**
 * These I have counted though another zone may have: name those that you have counted too. What
 * stands at a zone whose name is lower than the other's stays counted there, for good.
 */
export const countCharged = z.strictObject({
  type: z.literal('count.charged'),
  wallet: walletId,
  charges: z
    .array(z.strictObject({ key: hex(32), counted: z.array(countedAmount).max(64) }))
    .min(1)
    .max(chargesAskedMax),
})
export const countChargedAnswer = z.strictObject({
  charges: z
    .array(z.strictObject({ key: hex(32), counted: z.array(countedAmount).max(64) }))
    .max(chargesAskedMax),
})

/** Of which wallets do you count something? */
export const countWallets = z.strictObject({
  type: z.literal('count.wallets'),
  after: walletId.exactOptional(),
})
export const countWalletsAnswer = z.strictObject({
  wallets: z.array(walletId).max(countPageMax),
  next: walletId.exactOptional(),
})

export const countRequests = [
  countReport,
  countEndorse,
  countGive,
  countIntent,
  countIntents,
  countCharged,
  countWallets,
  countRecover,
] as const

export const countAnswers = {
  'count.report': countReportAnswer,
  'count.endorse': countEndorseAnswer,
  'count.give': countGiveAnswer,
  'count.intent': countIntentAnswer,
  'count.intents': countIntentsAnswer,
  'count.charged': countChargedAnswer,
  'count.wallets': countWalletsAnswer,
  'count.recover': countRecoverAnswer,
} as const
