/** Which account of a wallet a command means. */
import type { Chain } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import { type Account, type Client, WalletId } from '@holdfast/sdk'

/** The named account, or the first of the chain; by id or by address. */
export const selectAccount = async (
  client: Client,
  options: { readonly wallet: string; readonly account?: string; readonly chain: Chain },
): Promise<{ readonly wallet: WalletId; readonly account: Account }> => {
  const wallet = WalletId(options.wallet)
  const { wallet: document } = await client.showWallet(wallet)
  const found = document.accounts.find(
    ({ id, address, chain }) =>
      chain === options.chain &&
      (options.account === undefined || id === options.account || address === options.account),
  )
  if (found !== undefined) return { wallet, account: found }
  return fail('wrong_account', `the wallet has no such account on ${options.chain}`)
}
