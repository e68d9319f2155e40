/** `wallet.unfreeze`: lifts freezes on the policy's terms of change. Ordered by the home. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const walletUnfreeze = z.strictObject({
  operation: z.literal('wallet.unfreeze'),
  ...header,
  wait,
  wallet: walletId,
  base: seen,
  /** The freezes to lift, by their ids: one that its owners have not seen stays. */
  marks: z.array(hex(32)).min(1).max(64),
})
export type WalletUnfreeze = z.infer<typeof walletUnfreeze>
