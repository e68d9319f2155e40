/**
 * Who counts where zones of a placement are given up: those that are left, each its own share of a
 * limit. The shares of the others stay theirs, whether they live or not, so that the sum of what
 * all zones may count stays the limit (docs/counters.md).
 */
import type { ZoneId } from '@holdfast/base/ids'
import { type Group, groupOf } from '../replication/homes/group.ts'
import type { PromiseTable } from '../replication/homes/promise-table.ts'
import { type Deciding, holdersOf } from '../replication/quorum/quorum.ts'
import { decidingOf, isAloneEpoch, rememberersOf } from '../replication/quorum/voters.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

type Context = {
  readonly zone: ZoneId
  readonly promises: Pick<PromiseTable, 'get'>
  /** All zones of the mesh. */
  readonly zones: readonly { readonly id: ZoneId }[]
}

export type Rest = {
  /** Whose majority stands behind what is counted. */
  readonly deciding: Deciding
  /** That nobody is given up. */
  readonly isWhole: boolean
  /** Whose clocks say which window it is. */
  readonly clocks: readonly ZoneId[]
}

/** Whether zones have ever been given up: an earlier incarnation may have counted meanwhile. */
export const wasAlone = (
  { promises }: Pick<Context, 'promises'>,
  { wallet }: Pick<WalletEntry, 'wallet'>,
): boolean => isAloneEpoch(Math.max(wallet.epoch, promises.get(groupOf(wallet))?.epoch ?? 1))

/** A zone that was given up asks all zones of the placement, as if it knew of nothing. */
export const restOf = (context: Context, { wallet }: Pick<WalletEntry, 'wallet'>): Rest => {
  const group: Group = groupOf(wallet)
  const deciding = rememberersOf(context, group)
  const left = holdersOf(deciding)
  const gone = holdersOf(group).filter((zone) => !left.includes(zone))
  if (gone.length === 0) {
    return { deciding: decidingOf(group, []), isWhole: true, clocks: wallet.placement.zones }
  }
  // One host's clock is not believed alone where the mesh has others.
  const clocks = context.zones.map(({ id }) => id).filter((zone) => !gone.includes(zone))
  return { deciding, isWhole: false, clocks }
}
