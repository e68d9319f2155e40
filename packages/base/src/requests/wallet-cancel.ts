/** `wallet.cancel`: owners end a creation that its home has handed to no other zone. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header } from './header.ts'

export const walletCancel = z.strictObject({
  operation: z.literal('wallet.cancel'),
  ...header,
  wallet: walletId,
})
export type WalletCancel = z.infer<typeof walletCancel>
