/** `approval.list`: the requests of a wallet that wait for persons, or did of late. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header } from './header.ts'

export const approvalList = z.strictObject({
  operation: z.literal('approval.list'),
  ...header,
  wallet: walletId,
})
export type ApprovalList = z.infer<typeof approvalList>
