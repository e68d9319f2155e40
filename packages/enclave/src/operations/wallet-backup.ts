/** `wallet.backup`: shares for guardians, kept in the document that the home orders. */
import { backupsMax } from '@holdfast/base/backup/backup-set'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { makeBackup } from '../backup/make-backup.ts'
import { changeWallet, type WalletChange } from '../changes/change-wallet.ts'
import type { CoreContext } from '../core/context.ts'
import { authorise } from '../credentials/authorise.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type BackupCall = Call<'wallet.backup'>

const withBackup = async (
  context: CoreContext,
  { wallet }: WalletEntry,
  { request }: BackupCall,
): Promise<Result<WalletChange>> => {
  const { threshold, guardians } = request
  if (wallet.keys.length === 0) return refuse('invalid_field', 'the wallet has no keys')
  if (threshold > guardians.length) {
    return refuse('invalid_field', 'there are fewer guardians than the threshold', 'threshold')
  }
  const names = new Set(guardians.map(({ name }) => name))
  const keys = new Set(guardians.map(({ publicKey }) => publicKey))
  if (names.size < guardians.length || keys.size < guardians.length) {
    return refuse('invalid_field', 'a guardian is named twice', 'guardians')
  }
  const made = await makeBackup(context, wallet, { threshold, guardians })
  if (!made.ok) return made
  return accept({ backups: [...(wallet.backups ?? []), made.value].slice(-backupsMax) })
}

/** Refusals: of the judge and of `changeWallet`; `invalid_field`, `bad_seal`. */
export const walletBackup: Run<'wallet.backup'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'wallet.backup' },
  })
  if (!allowed.ok) return allowed
  return changeWallet(context, held, call, () => withBackup(context, held, call))
}
