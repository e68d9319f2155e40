/**
 * Before a wallet leaves its zone for the first time: that it was not sent is struck out. Whoever
 * cancels it compares the same record, so that of sending and cancelling only one ever happens, by
 * whichever nodes of the zone (decision 0021).
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { unsentName } from '../records/names.ts'
import type { AcceptContext } from '../replication/accept-wallet.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import { rememberersOf } from '../replication/quorum/voters.ts'

export type ReleaseContext = Pick<
  AcceptContext,
  'acknowledged' | 'bootRule' | 'cancelled' | 'promises' | 'records' | 'unsent' | 'wallets' | 'zone'
>

/** For all that is known here; where others say that it is acknowledged, it was sent after all. */
export const isUnsent = (
  { acknowledged, unsent }: Pick<AcceptContext, 'acknowledged' | 'unsent'>,
  id: WalletId,
): boolean => unsent.of(id) !== undefined && acknowledged.waits(id)

/** Zones that may remember what this one forgot: that its owner cancelled the creation. */
const unheard = (context: ReleaseContext, id: WalletId): readonly ZoneId[] => {
  const held = context.wallets.indexed(id)
  const isSure = context.unsent.of(id)?.isSure !== false
  if (held === undefined || isSure || !isUnsent(context, id)) return []
  return holdersOf(rememberersOf(context, held)).filter(
    (zone) => zone !== context.zone && !context.bootRule.hasCompared(zone),
  )
}

/** The record is not there: somebody of this zone has sent the wallet, or cancelled it. */
const learnOutcome = async (context: ReleaseContext, id: WalletId): Promise<Result<void>> => {
  await context.unsent.refresh(id)
  await context.cancelled.refresh(id)
  if (context.cancelled.of(id) !== undefined) {
    const held = context.wallets.indexed(id)
    if (held !== undefined) context.wallets.removed(id, held.revision)
    return refuse('cancelled', 'the creation of this wallet was cancelled', id)
  }
  return context.unsent.of(id) === undefined
    ? accept(undefined)
    : refuse('conflict', 'whether the wallet was sent is not known', id)
}

/** It is known that another zone has it, or is about to. Refuses as `Records.commit`. */
export const strikeUnsent = async (
  context: ReleaseContext,
  id: WalletId,
): Promise<Result<void>> => {
  const unsent = context.unsent.of(id)
  if (unsent === undefined) return accept(undefined)
  const key = unsentName(id)
  const struck = await context.records.commit({
    conditions: [{ key, revision: unsent.revision }],
    writes: [{ type: 'delete', key }],
  })
  if (struck.ok) context.unsent.forget(id)
  else if (struck.refusal.code === 'conflict') return learnOutcome(context, id)
  return struck.ok ? accept(undefined) : struck
}

/**
 * Accepts where the wallet may be sent. Refuses `not_yet` where this node found it unsent at its
 * boot and has yet to hear from zones that may know better; `cancelled`; those of the store.
 */
export const releaseUnsent = async (
  context: ReleaseContext,
  id: WalletId,
): Promise<Result<void>> => {
  if (context.unsent.of(id) === undefined) return accept(undefined)
  const zones = unheard(context, id)
  if (zones.length > 0) {
    return refuse('not_yet', 'other zones may know that this was cancelled', zones.join(','))
  }
  return strikeUnsent(context, id)
}
