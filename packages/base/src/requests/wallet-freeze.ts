/** `wallet.freeze`: any owner, at any zone that holds the wallet, at once. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header } from './header.ts'

export const walletFreeze = z.strictObject({
  operation: z.literal('wallet.freeze'),
  ...header,
  wallet: walletId,
})
export type WalletFreeze = z.infer<typeof walletFreeze>
