/** The one way by which a zone comes to remember that a creation was cancelled. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import type { Condition, Write } from '../ports/store.ts'
import {
  acknowledgedName,
  cancelledName,
  markName,
  objectName,
  outName,
  unsentName,
  walletName,
} from '../records/names.ts'
import type { ReplicatorContext } from '../replication/replicator-context.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { type Cancellation, cancelledVersion } from './cancelled-table.ts'

export type StoreContext = ReplicatorContext & Pick<CoreContext, 'keys' | 'sessions'>

/** Nothing rests on the wallet any more. */
const close = ({ keys, sessions }: StoreContext, { wallet }: WalletEntry): void => {
  for (const { id } of wallet.keys) keys.invalidate(id)
  sessions.endUnlisted(wallet.id, new Map())
}

/**
 * Reads anew what a commit of this or of another node of the zone has done to a wallet that is held
 * here for all that is known.
 */
export const refreshCancelled = async (context: StoreContext, id: WalletId): Promise<void> => {
  const { acknowledged, cancelled, records, unsent, wallets } = context
  await wallets.refresh(id)
  await unsent.refresh(id)
  await cancelled.refresh(id)
  const known = await records.read(acknowledgedName(id))
  if (known !== undefined) acknowledged.learn(known.name)
  const held = wallets.indexed(id)
  if (held === undefined || cancelled.of(id) === undefined) return
  const entry = wallets.cached(id)
  wallets.removed(id, held.revision)
  if (entry !== undefined) close(context, entry)
}

type Batch = { readonly conditions: Condition[]; readonly writes: Write[] }

/** All that this zone holds of a wallet that nobody was sent. */
const erase = (context: StoreContext, entry: WalletEntry, into: Batch): void => {
  const { id, keys, placement } = entry.wallet
  const names = [
    walletName(id),
    unsentName(id),
    markName(id),
    ...keys.map((key) => objectName(key.id)),
    ...placement.zones.map((zone) => outName(zone, walletName(id))),
  ]
  into.writes.push(...names.map((key): Write => ({ type: 'delete', key })))
  const others = placement.zones.filter((zone) => zone !== context.zone)
  for (const zone of others) {
    context.outbox.owe(into, { zone, record: cancelledName(id), version: cancelledVersion })
  }
}

/**
 * One commit: that the creation is cancelled, and the end of all that is held of it, where it is
 * held and was not sent. Refuses `conflict` where this zone holds the wallet and may have sent it,
 * or where something else was stored at the same time; those of the store.
 */
export const storeCancellation = async (
  context: StoreContext,
  next: Cancellation,
): Promise<Result<void>> => {
  const { cancelled, records, unsent, wallets } = context
  const { wallet: id } = next
  if (cancelled.of(id) !== undefined) return accept(undefined)
  const held = wallets.indexed(id)
  const unsentHere = unsent.of(id)
  const entry = held === undefined ? undefined : await wallets.read(id)
  if (held !== undefined && (unsentHere === undefined || entry === undefined)) {
    return refuse('conflict', 'this zone holds the wallet', id)
  }
  const batch: Batch = {
    conditions: [
      { key: walletName(id), revision: held?.revision ?? 'absent' },
      { key: unsentName(id), revision: unsentHere?.revision ?? 'absent' },
      { key: acknowledgedName(id), revision: 'absent' },
      cancelled.condition(id),
    ],
    writes: [cancelled.write(next)],
  }
  if (entry !== undefined) erase(context, entry, batch)
  const stored = await records.commit(batch)
  if (!stored.ok) return stored
  cancelled.stored(next, stored.value)
  if (entry === undefined) return accept(undefined)
  unsent.forget(id)
  wallets.removed(id, stored.value)
  close(context, entry)
  return accept(undefined)
}
