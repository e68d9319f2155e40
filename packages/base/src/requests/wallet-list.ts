/** `wallet.list`: the wallets at this node that name the credential which asks. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header } from './header.ts'

export const walletList = z.strictObject({
  operation: z.literal('wallet.list'),
  ...header,
  /** Wallets behind this one, in the order of their ids. */
  after: walletId.exactOptional(),
  limit: z.int().min(1).max(1000).exactOptional(),
})
export type WalletList = z.infer<typeof walletList>
