/** `change.cancel`: any owner, at any zone that holds the wallet, while the change waits. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header } from './header.ts'

export const changeCancel = z.strictObject({
  operation: z.literal('change.cancel'),
  ...header,
  wallet: walletId,
  /** The pending change, by the hash of its request. */
  change: hex(32),
})
export type ChangeCancel = z.infer<typeof changeCancel>
