/** `account.add`: further accounts under a key; a new version, ordered by the wallet's home. */
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { accountsMax } from '@holdfast/base/limits'
import type { Account } from '@holdfast/base/wallet'
import { changeWallet, type WalletChange } from '../changes/change-wallet.ts'
import type { CoreContext } from '../core/context.ts'
import { authorise } from '../credentials/authorise.ts'
import { describeAccount, openKey } from '../wallets/key-objects.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

const addressesOf = (accounts: readonly Account[]): ReadonlySet<string> =>
  new Set(accounts.map((account) => `${account.chain} ${account.address}`))

const describe = async (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'account.add'>,
): Promise<Result<WalletChange>> => {
  const { key, accounts } = call.request
  if (!entry.wallet.keys.some((one) => one.id === key)) {
    return refuse('invalid_field', 'the wallet has no such key', key)
  }
  if (entry.wallet.accounts.length + accounts.length > accountsMax) {
    return refuse('limit_reached', 'the wallet has as many accounts as it may')
  }
  using material = await openKey(context, entry.wallet.id, key)
  const described = attempt(() =>
    accounts.map((account) => describeAccount(context, key, material, account)),
  )
  if (!described.ok) return described
  const all = [...entry.wallet.accounts, ...described.value]
  return addressesOf(all).size === all.length
    ? accept({ accounts: all })
    : refuse('invalid_field', 'the wallet has an account with this address')
}

/**
 * Refusals: of the judge and of `changeWallet`, `invalid_field`, `wrong_curve`, `limit_reached`.
 */
export const accountAdd: Run<'account.add'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'account.add' },
  })
  if (!allowed.ok) return allowed
  return changeWallet(context, held, call, () => describe(context, held, call))
}
