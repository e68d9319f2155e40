/** Whether the store still has what this node knows to have stored. */
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { objectName, type RecordName, stateName, tombName, walletName } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Inspected } from '../records/records.ts'
import type { ReplicatorContext } from '../replication/replicator-context.ts'
import { isNewer, parseWallet } from '../wallets/wallet-entry.ts'

export type ScrubContext = ReplicatorContext

/** There, sealed by this zone, and no older than what is known of it. */
export const isSound = (found: Inspected, known: RecordVersion): boolean =>
  found.state === 'sound' && !isNewer(known, found.record.version)

/** A secret is not kept a moment longer than it takes to see that it opens. */
const hasObject = async ({ records }: ScrubContext, name: RecordName): Promise<boolean> => {
  const found = await records.inspect(name)
  if (found.state !== 'sound') return false
  found.record.payload.fill(0)
  return true
}

/** The document and every key that it names; true also where the wallet is not held any more. */
export const isWalletWhole = async (context: ScrubContext, id: WalletId): Promise<boolean> => {
  const { records, wallets, crypto } = context
  const known = wallets.indexed(id)
  if (known === undefined) return true
  const found = await records.inspect(walletName(id))
  if (found.state !== 'sound' || !isSound(found, known)) return wallets.indexed(id) === undefined
  for (const key of parseWallet(found.record.payload, crypto).wallet.keys) {
    if (await hasObject(context, objectName(key.id))) continue
    return wallets.indexed(id) === undefined
  }
  return true
}

/** The state with its payload, or with its tombstone where it is destroyed. */
export const isObjectWhole = async (context: ScrubContext, id: ObjectId): Promise<boolean> => {
  const { records, objects } = context
  const known = objects.indexed(id)
  if (known === undefined) return true
  const found = await records.inspect(stateName(id))
  const rest = known.destroyed ? tombName(id) : objectName(id)
  if (isSound(found, known) && (await hasObject(context, rest))) return true
  // It was destroyed or removed while it was read.
  const now = objects.indexed(id)
  return now === undefined || now.destroyed !== known.destroyed
}
