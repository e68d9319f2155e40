/** A wallet with its objects, read back from this zone's store to be sent to another. */

import { fail } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { objectName } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { WalletBundle } from './messages.ts'

/** Undefined where the wallet is not held here. The caller clears it with `clearBundle`. */
export const readBundle = async (
  context: { readonly records: Records; readonly wallets: WalletTable },
  id: WalletId,
): Promise<WalletBundle | undefined> => {
  const entry = await context.wallets.read(id)
  if (entry === undefined) return undefined
  const objects = []
  for (const key of entry.wallet.keys) {
    const record = await context.records.read(objectName(key.id))
    if (record === undefined)
      return fail('store_failed', 'an object of a wallet is missing', key.id)
    objects.push({ id: key.id, payload: record.payload })
  }
  return { wallet: entry.payload, objects }
}

/** Overwrites the secrets of a bundle after it was sent or stored. */
export const clearBundle = (bundle: WalletBundle): void => {
  for (const object of bundle.objects) object.payload.fill(0)
}
