/**
 * What the store holds and this node does not know of: commits without an answer that were applied
 * after all. A listed entry names its record; a `dirty` mark does not, so all must be looked at.
 */
import { accept, type Result } from '@holdfast/base/errors'
import { ObjectId, WalletId } from '@holdfast/base/ids'
import type { ObjectTable } from '../../objects/object-table.ts'
import { statePrefix, tombPrefix, walletPrefix } from '../../records/names.ts'
import type { Records } from '../../records/records.ts'
import { refusing } from '../../refusing.ts'
import type { WalletTable } from '../../wallets/wallet-table.ts'

type Context = {
  readonly records: Pick<Records, 'hasUntold' | 'standing'>
  readonly wallets: Pick<WalletTable, 'indexed' | 'refresh'>
  readonly objects: Pick<ObjectTable, 'indexed' | 'hasTomb' | 'refresh'>
}

/**
 * Accepts with whether every record that is not known as it stands could be read. Refuses
 * `store_failed` where the store does not answer.
 */
export const refreshUntold = ({ records, wallets, objects }: Context): Promise<Result<boolean>> =>
  refusing(async () => {
    if (!records.hasUntold()) return accept(true)
    let isWhole = true
    const look = async (refresh: () => Promise<void>): Promise<void> => {
      const looked = await refusing(async () => accept(await refresh()))
      isWhole &&= looked.ok
    }
    for await (const { name, revision } of records.standing(walletPrefix)) {
      const id = WalletId(name.slice(walletPrefix.length))
      if (wallets.indexed(id)?.revision !== revision) await look(() => wallets.refresh(id))
    }
    for await (const { name, revision } of records.standing(statePrefix)) {
      const id = ObjectId(name.slice(statePrefix.length))
      if (objects.indexed(id)?.revision !== revision) await look(() => objects.refresh(id))
    }
    for await (const { name } of records.standing(tombPrefix)) {
      const id = ObjectId(name.slice(tombPrefix.length))
      if (!objects.hasTomb(id)) await look(() => objects.refresh(id))
    }
    return accept(isWhole)
  })
