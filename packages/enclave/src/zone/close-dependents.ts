/** Ends what rests on a wallet's or an object's older version: opened keys, sessions. */
import type { ObjectId } from '@holdfast/base/ids'
import type { OpenedKeys } from '../keys/opened-keys.ts'
import type { SessionTable } from '../sessions/session-table.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

export type Dependents = { readonly keys: OpenedKeys; readonly sessions: SessionTable }

/** Keys that the wallet has no longer, and sessions by credentials that it lists no longer. */
export const closeDependents = (
  { keys, sessions }: Dependents,
  before: WalletEntry | undefined,
  after: WalletEntry,
): void => {
  const kept = new Set<ObjectId>(after.wallet.keys.map((key) => key.id))
  for (const { id } of before?.wallet.keys ?? []) if (!kept.has(id)) keys.invalidate(id)
  sessions.endUnlisted(after.wallet.id, after.credentials)
}
