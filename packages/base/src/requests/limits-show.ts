/** `limits.show`: what is left of a wallet's limits, by window and zone. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const limitsShow = z.strictObject({
  operation: z.literal('limits.show'),
  ...header,
  wallet: walletId,
  seen: seen.exactOptional(),
})
export type LimitsShow = z.infer<typeof limitsShow>
