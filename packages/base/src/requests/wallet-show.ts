/** `wallet.show`: the document of one wallet, and which zones have confirmed it. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const walletShow = z.strictObject({
  operation: z.literal('wallet.show'),
  ...header,
  wallet: walletId,
  seen: seen.exactOptional(),
})
export type WalletShow = z.infer<typeof walletShow>
