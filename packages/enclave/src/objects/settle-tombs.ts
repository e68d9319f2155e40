/**
 * A tombstone that came from a home which was followed by another: whoever orders the wallet now
 * lets the object's state follow, so that all zones come to say the same of it.
 */
import { toHex } from '@holdfast/base/bytes'
import type { ObjectId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { orderingEpoch } from '../replication/homes/leadership.ts'
import { rememberersOf } from '../replication/quorum/voters.ts'
import { acceptObjects } from './accept-objects.ts'
import { encodeState, type StateEntry } from './object-records.ts'
import { askedOf, endsAfter } from './state-line.ts'

/** What a state says: as its tombstone has it, where that stands and was not followed yet. */
export const endOf = async (
  { objects }: Pick<CoreContext, 'objects'>,
  held: StateEntry,
): Promise<Pick<StateEntry, 'destroyed' | 'state'>> => {
  const isOver = !held.destroyed && objects.indexed(held.object)?.destroyed === true
  const tomb = isOver ? await objects.tomb(held.object) : undefined
  return { destroyed: held.destroyed || isOver, state: tomb?.state ?? held.state }
}

/** The state's next version in an epoch, with what its tombstone says. */
export const nextVersion = async (
  context: Pick<CoreContext, 'objects' | 'entropy' | 'crypto'>,
  held: StateEntry,
  epoch: number,
): Promise<StateEntry> => {
  const { payload: _payload, hash, format: _format, ...fields } = held
  return encodeState(
    {
      ...fields,
      ...(await endOf(context, held)),
      epoch,
      version: held.version + 1,
      previous: hash,
      asked: askedOf(held),
      ...endsAfter(held, epoch),
      salt: toHex(context.entropy.bytes(16)),
    },
    context.crypto,
  )
}

const settle = async (context: CoreContext, id: ObjectId): Promise<void> => {
  const indexed = context.objects.indexed(id)
  const wallet = indexed === undefined ? undefined : context.wallets.indexed(indexed.wallet)
  if (wallet === undefined || !context.bootRule.check(rememberersOf(context, wallet)).ok) return
  const ordering = orderingEpoch(context, wallet)
  const held = ordering.ok ? await context.objects.read(id) : undefined
  if (!ordering.ok || held === undefined || held.destroyed) return
  const next = await nextVersion(context, held, Math.max(ordering.value, held.epoch))
  const owed = wallet.holders.filter((zone) => zone !== context.zone)
  await acceptObjects(context, [{ state: next.payload }], { origin: 'here', owed })
}

/** Called every few seconds; what does not succeed is tried again. */
export const settleTombs = async (context: CoreContext): Promise<void> => {
  if (!context.zoneView.leads()) return
  for (const id of context.objects.unsettled()) await settle(context, id)
}
