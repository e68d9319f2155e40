/** `backup.prove`: guardians tried a backup; the document says when it last worked. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { formatTimestamp } from '@holdfast/base/time'
import { proveBackup } from '../backup/prove-backup.ts'
import { changeWallet, type WalletChange } from '../changes/change-wallet.ts'
import type { CoreContext } from '../core/context.ts'
import { authorise } from '../credentials/authorise.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

const withProof = async (
  context: CoreContext,
  { wallet }: WalletEntry,
  { request }: Call<'backup.prove'>,
): Promise<Result<WalletChange>> => {
  const set = wallet.backups?.find(({ id }) => id === request.set)
  if (set === undefined) return refuse('invalid_field', 'the wallet has no such backup', 'set')
  const proved = await proveBackup(context, { wallet, set }, request.shares)
  if (!proved.ok) return proved
  const provedAt = formatTimestamp(context.clock.nowMs())
  const backups = (wallet.backups ?? []).map((one) => (one === set ? { ...one, provedAt } : one))
  return accept({ backups })
}

/** Refusals: of the judge, of `changeWallet` and of `proveBackup`; `invalid_field`. */
export const backupProve: Run<'backup.prove'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'backup.prove' },
  })
  if (!allowed.ok) return allowed
  return changeWallet(context, held, call, () => withProof(context, held, call))
}
