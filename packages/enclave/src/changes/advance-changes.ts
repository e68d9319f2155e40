/**
 * What becomes of changes that wait, at the home of their wallet: the delay starts when a majority
 * has recorded it, and at its end the change takes effect unless an owner cancelled it anywhere.
 */
import { accept, attempt } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { PendingChange } from '@holdfast/base/pending-change'
import { rereadRequest } from '@holdfast/base/requests/request'
import { bytesOf } from '@holdfast/base/schema'
import { formatTimestamp, parseTimestamp } from '@holdfast/base/time'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import { reaches } from '../placement/reaches.ts'
import { refusing } from '../refusing.ts'
import { homeNow } from '../replication/homes/leadership.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { buildChange, type ChangeRequest, isChange } from './builders.ts'
import { storeChange, type WalletChange } from './change-wallet.ts'
import { collectMarks } from './collect-marks.ts'
import { checkDeciders, termsOf } from './deciders.ts'
import { policyHash } from './policy-hash.ts'

const requestOf = ({ bytes }: PendingChange): ChangeRequest | undefined => {
  const request = attempt(() => rereadRequest(bytesOf(bytes, 'base64url')))
  return request.ok && isChange(request.value) ? request.value : undefined
}

const isCancelled = (
  context: CoreContext,
  entry: WalletEntry,
  { request }: PendingChange,
): boolean =>
  context.marks
    .of(entry.wallet.id)
    .some((mark) => mark.type === 'cancel' && mark.change === request)

const without = (entry: WalletEntry, { request }: PendingChange): WalletChange => ({
  pending: (entry.wallet.pending ?? []).filter((one) => one.request !== request),
})

const start = async (
  context: CoreContext,
  entry: WalletEntry,
  change: PendingChange,
): Promise<WalletChange | undefined> => {
  const recorded = await context.replicator.confirm(entry)
  const now = await context.time.bring(entry.wallet.placement.zones)
  if (recorded.state !== 'final' || !now.ok) return undefined
  const request = requestOf(change)
  if (request === undefined) return without(entry, change)
  const { delayMs } = termsOf(entry, request.operation)
  const opensAt = formatTimestamp(now.value.latestMs + delayMs)
  return {
    pending: (entry.wallet.pending ?? []).map((one) =>
      one.request === change.request ? { ...one, opensAt } : one,
    ),
  }
}

/** The owners who authorised it must still be, on a policy that it was meant for. */
const effectOf = (
  context: CoreContext,
  entry: WalletEntry,
  change: PendingChange,
): WalletChange => {
  const request = requestOf(change)
  const gone = without(entry, change)
  if (request === undefined || !checkDeciders(entry, change.credentials, request.operation).ok)
    return gone
  const { crypto } = context
  const otherPolicy = change.policy !== policyHash(crypto, entry.wallet.policy)
  if (request.operation === 'policy.change' && otherPolicy) return gone
  const built = buildChange(context, entry, request, change.request)
  return built.ok ? { ...built.value, ...gone } : gone
}

/** A freeze keeps back all but its own end, and the way back of owners who lost their keys. */
export const whileFrozen = (request: ChangeRequest | undefined): boolean =>
  request?.operation === 'wallet.unfreeze' || request?.operation === 'wallet.recover'

/** The next step of one change; undefined where it must wait. */
const step = async (
  context: CoreContext,
  entry: WalletEntry,
  change: PendingChange,
): Promise<WalletChange | undefined> => {
  if (isCancelled(context, entry, change)) return without(entry, change)
  if (change.opensAt === undefined) return start(context, entry, change)
  const now = await context.time.bring(entry.wallet.placement.zones)
  if (!now.ok || now.value.earliestMs < parseTimestamp(change.opensAt)) return undefined
  const lifts = whileFrozen(requestOf(change))
  if (!lifts && !checkUnfrozen(context, entry).ok) return undefined
  const request = requestOf(change)
  const moves = request?.operation === 'placement.change'
  if (moves && !reaches(context, request.placement).ok) return undefined
  if (!(await collectMarks(context, entry, change.request))) return undefined
  if (isCancelled(context, entry, change)) return without(entry, change)
  if (!lifts && !checkUnfrozen(context, entry).ok) return undefined
  return effectOf(context, entry, change)
}

const personsOf = ({ credentials }: WalletEntry, change: PendingChange) => [
  ...new Set(change.credentials.flatMap((id) => credentials.get(id)?.person ?? [])),
]

/** What took effect is a change; what only left the document came to nothing. */
const noteAdvance = (
  context: CoreContext,
  entry: WalletEntry,
  change: PendingChange,
  next: WalletChange,
): void => {
  const request = requestOf(change)
  if (request === undefined) return
  const took = Object.keys(next).some((field) => field !== 'pending')
  const left = next.pending?.some((one) => one.request === change.request) !== true
  const bytes = bytesOf(change.bytes, 'base64url')
  const call = { request, bytes, authorisations: [], deadlineMs: 0 }
  const outcome = took ? 'changed' : left ? 'failed' : 'waiting'
  const persons = personsOf(entry, change)
  context.audit.note(decided(context, entry, call, { outcome, persons }))
}

/** Takes each waiting change of a wallet as far as it may go now. */
export const advance = async (context: CoreContext, id: WalletId): Promise<void> => {
  const waiting = (await context.wallets.read(id))?.wallet.pending ?? []
  for (const { request } of waiting) {
    const entry = await context.wallets.read(id)
    const change = entry?.wallet.pending?.find((one) => one.request === request)
    if (entry === undefined || change === undefined) continue
    const next = await step(context, entry, change)
    if (next === undefined) continue
    const stored = await storeChange(
      context,
      entry,
      { request, by: personsOf(entry, change) },
      next,
    )
    if (!stored.ok) return
    noteAdvance(context, entry, change, next)
    await context.replicator.spreadWallet(stored.value, {
      needed: 'final',
      waitMs: peerTimeoutMs,
    })
  }
}

const isDue = (context: CoreContext, { wallet }: WalletEntry): boolean => {
  const now = context.time.now(wallet.placement.zones)
  return (wallet.pending ?? []).some(
    (change) =>
      change.opensAt === undefined ||
      !now.ok ||
      now.value.earliestMs >= parseTimestamp(change.opensAt) ||
      context.marks
        .of(wallet.id)
        .some((mark) => mark.type === 'cancel' && mark.change === change.request),
  )
}

/** For every wallet whose home this is; called every few seconds. */
export const advanceChanges = async (context: CoreContext): Promise<void> => {
  if (!context.zoneView.leads()) return
  for (const id of context.wallets.pending()) {
    const indexed = context.wallets.indexed(id)
    if (indexed === undefined || homeNow(context, indexed) !== context.zone) continue
    if (!context.bootRule.check(indexed).ok) continue
    const entry = await context.wallets.read(id)
    if (entry === undefined || !isDue(context, entry)) continue
    // What refuses here is tried again, and keeps no other wallet waiting.
    await refusing(async () => accept(await context.changes.alone(id, () => advance(context, id))))
  }
}
