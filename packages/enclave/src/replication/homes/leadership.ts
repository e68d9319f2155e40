/** Who orders a wallet now, and under which epoch: its home, unless the zones promised another. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { type Group, type Grouped, groupOf } from './group.ts'
import { type PromiseTable, supersededBy } from './promise-table.ts'

/** A document, or what the index says of it. */
type Ordered = (Grouped | (Group & { readonly home: ZoneId })) & {
  readonly epoch: number
}

const groupIn = (wallet: Ordered): Group => ('placement' in wallet ? groupOf(wallet) : wallet)

type Context = { readonly zone: ZoneId; readonly promises: Pick<PromiseTable, 'get'> }

export const leaderOf = ({ promises }: Pick<Context, 'promises'>, group: Group): ZoneId =>
  promises.get(group)?.candidate ?? group.founder

/** The zone that a change of this wallet must be sent to. */
export const homeNow = ({ promises }: Pick<Context, 'promises'>, wallet: Ordered): ZoneId => {
  const promised = promises.get(groupIn(wallet))
  return promised !== undefined && promised.epoch > wallet.epoch ? promised.candidate : wallet.home
}

/**
 * The epoch in which this zone may order the wallet's next version. Refuses `superseded` where
 * another zone has been promised a later one, `recovering` while this one takes the group over,
 * `not_here` where it is not the home.
 */
export const orderingEpoch = (context: Context, wallet: Ordered): Result<number> => {
  const promised = context.promises.get(groupIn(wallet))
  if (promised === undefined || promised.epoch <= wallet.epoch) {
    return wallet.home === context.zone
      ? accept(wallet.epoch)
      : refuse('not_here', 'this zone is not the home of the wallet', wallet.home)
  }
  if (promised.candidate !== context.zone) return supersededBy(promised)
  return promised.adopted
    ? accept(promised.epoch)
    : refuse('recovering', 'this zone is taking the wallets of another home over')
}

/**
 * Whether a promise forbids this zone to acknowledge a version. The first version of a wallet or
 * an object is taken whatever the epoch: creations merge by union (DESIGN §7).
 */
export const checkPromised = (
  { promises }: Pick<Context, 'promises'>,
  group: Group,
  next: { readonly epoch: number; readonly version: number; readonly home?: ZoneId },
): Result<void> => {
  if (group.leaves !== undefined) {
    const before = checkPromised({ promises }, group.leaves, next)
    if (!before.ok) return before
  }
  const promised = promises.get(group)
  if (promised === undefined || next.version === 1 || next.epoch > promised.epoch) {
    return accept(undefined)
  }
  const isOfCandidate = next.home === undefined || next.home === promised.candidate
  if (next.epoch === promised.epoch && isOfCandidate) return accept(undefined)
  return supersededBy(promised)
}
