/**
 * Groups: wallets that one promise covers (DESIGN §7, failover). A wallet's group is the zone that
 * created it with the zones that hold it; whoever is home now, the group stays the same, so that
 * the promises of one group are one line of epochs (decision 0013). From the first change of its
 * placement on, a wallet is a group of its own, whatever zones hold it (decision 0014).
 */
import type { Brand } from '@holdfast/base/brand'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'

/** `founder/zone+zone`, the zones in order; of a wallet that is a group of its own, its id. */
export type GroupId = Brand<string, 'GroupId'>

export type Group = {
  readonly founder: ZoneId
  readonly zones: readonly ZoneId[]
  /** The zones before a change of the placement, until a majority of both has agreed to it. */
  readonly from?: readonly ZoneId[]
  /** That this wallet alone is the group; `founder` is its home then. */
  readonly wallet?: WalletId
  /** The group that the wallet is leaving: what was promised in it counts as well. */
  readonly leaves?: { readonly founder: ZoneId; readonly zones: readonly ZoneId[] }
}

export const groupId = ({ founder, zones, wallet }: Group): GroupId =>
  (wallet ?? `${founder}/${zones.toSorted().join('+')}`) as GroupId

/** The zone that the creation named as home. */
export const founderOf = ({ founder, home }: Pick<Wallet, 'founder' | 'home'>): ZoneId =>
  founder ?? home

/** What of a document says in which group it is. */
export type Grouped = Pick<Wallet, 'id' | 'founder' | 'home' | 'placement' | 'moved'>

export const groupOf = (wallet: Grouped): Group => {
  const { moved, placement, home, id } = wallet
  const { zones } = placement
  if (moved === undefined) return { founder: founderOf(wallet), zones }
  const { from, founder } = moved
  return {
    founder: home,
    zones,
    wallet: id,
    ...(from !== undefined && { from }),
    ...(from !== undefined && founder !== undefined && { leaves: { founder, zones: from } }),
  }
}
