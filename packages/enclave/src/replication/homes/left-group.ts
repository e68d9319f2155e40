/**
 * A wallet whose change of placement both placements have yet to agree to, and the group that it
 * leaves. Where that was promised a later epoch, the change can be acknowledged no more: the home
 * has to be promised the wallet alone. The home of the group that it leaves then has a say, for it
 * may order the wallet as if nothing had changed, until it holds the change (decision 0014).
 */
import type { ZoneId } from '@holdfast/base/ids'
import type { WalletTable } from '../../wallets/wallet-table.ts'
import type { Group } from './group.ts'
import { leaderOf } from './leadership.ts'
import type { EpochPromise, PromiseTable } from './promise-table.ts'

type Context = {
  readonly promises: Pick<PromiseTable, 'get'>
  readonly wallets: Pick<WalletTable, 'indexed'>
}

/** What was promised in the group that a wallet is leaving; undefined where it leaves none. */
export const promiseOfLeft = (
  { promises, wallets }: Context,
  { wallet }: Group,
): EpochPromise | undefined => {
  const leaves = wallet === undefined ? undefined : wallets.indexed(wallet)?.leaves
  return leaves === undefined ? undefined : promises.get(leaves)
}

/** The promise under which other zones cannot acknowledge the change of the placement. */
const crossing = (context: Context, group: Group): EpochPromise | undefined => {
  const promised = promiseOfLeft(context, group)
  const held = group.wallet === undefined ? undefined : context.wallets.indexed(group.wallet)
  return promised !== undefined && held !== undefined && promised.epoch > held.epoch
    ? promised
    : undefined
}

/** The zone without which nobody is promised the wallet: it orders the group that this leaves. */
export const arbiterOf = (context: Context, group: Group): ZoneId | undefined =>
  crossing(context, group)?.candidate

/** Whether this zone, its home, has to be promised the wallet before anybody takes its changes. */
export const isHeldUp = (context: Context & { readonly zone: ZoneId }, group: Group): boolean => {
  if (leaderOf(context, group) !== context.zone) return false
  const crossed = crossing(context, group)
  const own = context.promises.get(group)
  const isPromised = own?.adopted === true && own.epoch > (crossed?.epoch ?? 0)
  return crossed !== undefined && !isPromised
}
