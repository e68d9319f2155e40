/** Wallets with their keys, and objects with their payloads, read back to be sent to a zone. */
import { accept, fail, type Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { type ReleaseContext, releaseUnsent } from '../cancellation/release-unsent.ts'
import type { MarkTable } from '../marks/mark-table.ts'
import type { ObjectTable } from '../objects/object-table.ts'
import { objectName } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import type { AcknowledgedTable } from '../wallets/acknowledged-table.ts'
import type { ObjectBundle, WalletBundle } from './peers/messages.ts'

/**
 * The one way by which a wallet's keys leave this zone: from here on it cannot be cancelled any
 * more. Undefined where the wallet is not held here. The caller clears it with `clearBundle`.
 * Refuses as `releaseUnsent`.
 */
export const readBundle = async (
  context: ReleaseContext & {
    readonly marks: MarkTable
    readonly acknowledged: Pick<AcknowledgedTable, 'waits'>
  },
  id: WalletId,
): Promise<Result<WalletBundle | undefined>> => {
  const released = await releaseUnsent(context, id)
  if (!released.ok) return released
  const entry = await context.wallets.read(id)
  if (entry === undefined) return accept(undefined)
  const objects = []
  for (const key of entry.wallet.keys) {
    const record = await context.records.read(objectName(key.id))
    if (record === undefined) {
      return fail('store_failed', 'an object of a wallet is missing', key.id)
    }
    objects.push({ id: key.id, payload: record.payload })
  }
  const marks = context.marks.of(id)
  return accept({
    wallet: entry.payload,
    objects,
    ...(marks.length > 0 && { marks: [...marks] }),
    ...(!context.acknowledged.waits(id) && { acknowledged: true }),
  })
}

/** Overwrites the secrets of a bundle after it was sent or stored. */
export const clearBundle = (bundle: WalletBundle): void => {
  for (const object of bundle.objects) object.payload.fill(0)
}

/** Managed objects as they are now. The caller clears them with `clearObjects`. */
export const readObjects = async (
  context: { readonly records: Records; readonly objects: ObjectTable },
  ids: readonly ObjectId[],
): Promise<ObjectBundle> => {
  const bundle: ObjectBundle = []
  for (const id of ids) {
    const held = await context.objects.read(id)
    if (held === undefined) return fail('unknown', 'there is no such object', id)
    // A tombstone stands though nobody has ordered it here yet: then it is what others must know.
    const isOver = context.objects.indexed(id)?.destroyed === true && !held.destroyed
    const entry = (isOver ? await context.objects.tomb(id) : undefined) ?? held
    const record = entry.destroyed ? undefined : await context.records.read(objectName(id))
    if (!entry.destroyed && record === undefined) {
      return fail('store_failed', 'the payload of an object is missing', id)
    }
    bundle.push({
      state: entry.payload,
      ...(record === undefined ? {} : { payload: record.payload }),
    })
  }
  return bundle
}

export const clearObjects = (bundle: ObjectBundle): void => {
  for (const object of bundle) object.payload?.fill(0)
}
