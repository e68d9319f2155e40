/** Whether a replica may still sign: how long ago it had word from those that could change it. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { BootRule } from './compare/boot-rule.ts'
import { type Grouped, groupOf } from './homes/group.ts'
import { homeNow } from './homes/leadership.ts'
import type { PromiseTable } from './homes/promise-table.ts'
import type { Peers } from './peers/peers.ts'
import { isQuorum } from './quorum/quorum.ts'
import { votersOf } from './quorum/voters.ts'

/**
 * A zone signs within `staleAfterMs` of the last word from the home or from a majority of those
 * that decide for the placement, itself included (DESIGN §7). The home too, where others decide
 * with it: they may have been told to go on without it. Word of a zone counts only after all that
 * it remembers has been fetched since the boot: this zone's store may have been put back, and its
 * policy with it. Refuses `stale`.
 */
export const checkFresh = (
  context: {
    readonly zone: ZoneId
    readonly peers: Peers
    readonly bootRule: BootRule
    readonly promises: Pick<PromiseTable, 'get'>
  },
  wallet: Grouped & Pick<Wallet, 'epoch' | 'staleAfterMs'>,
): Result<void> => {
  const voters = votersOf(context, groupOf(wallet))
  const home = homeNow(context, wallet)
  const isRecent = (zone: ZoneId): boolean => {
    const since = context.peers.sinceHeardMs(zone)
    const isRecentWord = since !== undefined && since <= wallet.staleAfterMs
    return isRecentWord && context.bootRule.hasCompared(zone)
  }
  const isHeard = isQuorum(voters, (zone) => zone === context.zone || isRecent(zone))
  if (isHeard || isRecent(home)) return accept(undefined)
  return refuse('stale', 'neither the home nor a majority of the zones was heard of late')
}
