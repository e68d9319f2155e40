/** `wallet.cancel`: the owners' quorum ends a creation that no other zone was sent. */
import type { CancelAnswer, DurabilityState } from '@holdfast/base/answers'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { formatTimestamp } from '@holdfast/base/time'
import { decided } from '../audit/decided.ts'
import type { Cancellation } from '../cancellation/cancelled-table.ts'
import { pushCancelled } from '../cancellation/push-cancelled.ts'
import { refreshCancelled, storeCancellation } from '../cancellation/store-cancellation.ts'
import { judgeOwners } from '../changes/judge-owners.ts'
import type { CoreContext } from '../core/context.ts'
import { durabilityWaitMs } from '../limits.ts'
import { majorityOf } from '../replication/quorum/majority.ts'
import { spread } from '../replication/spread.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type Cancel = Call<'wallet.cancel'>

/** Another node of the zone may send it at the same time, or have sent it. */
const attemptsMax = 4

/** With two zones that are enough whoever was sent the wallet shows it, though nobody heard so. */
const checkUnsent = (context: CoreContext, { wallet }: WalletEntry): Result<void> => {
  const { id, placement } = wallet
  if (!context.acknowledged.waits(id)) {
    return refuse('conflict', 'enough zones hold the wallet: it is acknowledged', id)
  }
  const unsent = context.unsent.of(id)
  if (unsent === undefined) {
    const others = placement.zones.filter((zone) => zone !== context.zone).join(',')
    return refuse('conflict', 'other zones may hold the wallet: it will be completed', others)
  }
  return unsent.isSure
    ? accept(undefined)
    : refuse('conflict', 'this node cannot know since its boot whether another zone has it', id)
}

const cancelHere = async (context: CoreContext, call: Cancel): Promise<Result<Cancellation>> => {
  const { wallet: id } = call.request
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    // Whoever asks is told what is so already, and who knows of it.
    const known = context.cancelled.of(id)
    if (known !== undefined) return accept(known)
    const entry = await context.wallets.read(id)
    if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    const allowed = judgeOwners(context, entry, call)
    if (!allowed.ok) return allowed
    const unsent = checkUnsent(context, entry)
    if (!unsent.ok) return unsent
    const { zones } = entry.wallet.placement
    const at = formatTimestamp(context.clock.nowMs())
    const next = { wallet: id, home: context.zone, zones, at }
    const stored = await storeCancellation(context, next)
    if (stored.ok) {
      const decision = { outcome: 'changed', code: 'cancelled' } as const
      context.audit.note(decided(context, entry, call, decision))
      return accept(next)
    }
    if (stored.refusal.code !== 'conflict') return stored
    await refreshCancelled(context, id)
  }
  return refuse('conflict', 'the wallet changes too often here', id)
}

/** Final when a majority of the placement has recorded it: no boot forgets it then. */
const tell = (
  context: CoreContext,
  { wallet, zones }: Cancellation,
  waitMs: number,
): Promise<DurabilityState> =>
  spread({
    zones,
    self: context.zone,
    enough: { voters: { zones }, needed: majorityOf(zones) },
    waitMs,
    clock: context.clock,
    push: (zone) => pushCancelled(context, zone, wallet),
  })

/**
 * Refusals: of `judgeOwners`; `conflict` where the wallet is acknowledged, where another zone may
 * hold it, or where this node cannot know; `not_here`; those of the store. Repeating it, in these
 * bytes or others, asks again which zones have recorded it.
 */
export const walletCancel: Run<'wallet.cancel'> = async (context, call) => {
  const { wallet } = call.request
  const cancelled = await context.changes.alone(wallet, () => cancelHere(context, call))
  if (!cancelled.ok) return cancelled
  const leftMs = Math.min(durabilityWaitMs, call.deadlineMs - context.clock.nowMs())
  const answer: CancelAnswer = {
    wallet,
    durability: await tell(context, cancelled.value, Math.max(0, leftMs)),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
