/** `approval.show`: what waits, decoded; who has approved it; what became of it. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header } from './header.ts'

export const approvalShow = z.strictObject({
  operation: z.literal('approval.show'),
  ...header,
  wallet: walletId,
  /** SHA-256 of the request that waits. */
  request: hex(32),
})
export type ApprovalShow = z.infer<typeof approvalShow>
