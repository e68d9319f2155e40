/** Whether this zone has heard enough since its boot to know what it had said of a wallet. */
import type { WalletId } from '@holdfast/base/ids'
import type { BootRule } from '../replication/compare/boot-rule.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'

/** False too where the wallet is not here: a store that was put back may have lost it whole. */
export const recalls = (
  { wallets, bootRule }: { readonly wallets: WalletTable; readonly bootRule: BootRule },
  wallet: WalletId,
): boolean => {
  const held = wallets.indexed(wallet)
  return held !== undefined && bootRule.check(held).ok
}
