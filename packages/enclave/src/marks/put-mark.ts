/** Records a mark here and at every zone that can be reached, and says where it is in force. */
import type { MarkAnswer } from '@holdfast/base/answers'
import { accept, type Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Mark } from '@holdfast/base/mark'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { durabilityWaitMs } from '../limits.ts'
import type { AnyCall } from '../operations/call.ts'
import { groupOf } from '../replication/homes/group.ts'
import { isQuorum } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { exposureOf } from './exposure.ts'
import type { Acknowledged } from './mark-spread.ts'
import { recalls } from './recalls.ts'

/**
 * `final` where a majority of the placement has recorded it, none of which had agreed before that
 * the change takes effect, or may have forgotten that it had. Refuses as `MarkTable.add`.
 */
export const putMark = async (
  context: CoreContext,
  entry: WalletEntry,
  call: AnyCall,
  mark: Mark,
): Promise<Result<MarkAnswer>> => {
  const { wallet } = entry
  const certain = recalls(context, wallet.id)
  const added = await context.marks.add(wallet.id, [mark])
  if (!added.ok) return added
  const decision = { outcome: 'changed', persons: [mark.person] } as const
  context.audit.note(decided(context, entry, call, decision))
  const acknowledged = await context.markSpread.send(wallet.id, durabilityWaitMs)
  const isLate = (changes: readonly string[]): boolean =>
    mark.type === 'cancel' && changes.includes(mark.change)
  const answers = new Map([[context.zone, { ...added.value, certain }], ...acknowledged])
  // A zone that may have forgotten what it agreed to does not know whether this is in time.
  const isSure = mark.type === 'freeze' ? () => true : ({ certain }: Acknowledged) => certain
  const isInTime = (zone: ZoneId): boolean => {
    const answer = answers.get(zone)
    return answer !== undefined && isSure(answer) && !isLate(answer.late)
  }
  const known = new Set<ZoneId>(answers.keys())
  return accept({
    wallet: wallet.id,
    marks: [...context.marks.of(wallet.id)],
    exposure: exposureOf(wallet, known, context.clock.nowMs()),
    final: isQuorum(groupOf(wallet), isInTime),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  })
}
