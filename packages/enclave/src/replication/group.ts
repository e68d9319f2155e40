/**
 * Groups: wallets that one promise covers (DESIGN §7, failover). A wallet's group is the zone that
 * created it with the zones that hold it; whoever is home now, the group stays the same, so that
 * the promises of one group are one line of epochs (decision 0013).
 */
import type { Brand } from '@holdfast/base/brand'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'

/** `founder/zone+zone`, the zones in order. */
export type GroupId = Brand<string, 'GroupId'>

export type Group = { readonly founder: ZoneId; readonly zones: readonly ZoneId[] }

export const groupId = ({ founder, zones }: Group): GroupId =>
  `${founder}/${zones.toSorted().join('+')}` as GroupId

/** The zone that the creation named as home. */
export const founderOf = ({ founder, home }: Pick<Wallet, 'founder' | 'home'>): ZoneId =>
  founder ?? home

export const groupOf = (wallet: Pick<Wallet, 'founder' | 'home' | 'placement'>): Group => ({
  founder: founderOf(wallet),
  zones: wallet.placement.zones,
})
