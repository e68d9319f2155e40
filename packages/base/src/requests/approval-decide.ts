/** `approval.approve` and `approval.reject`: one person's word on a request that waits. */
import { z } from 'zod'
import { authorisation } from '../authorisation.ts'
import { authorisationsMax } from '../limits.ts'
import { hex, walletId } from '../schema.ts'
import { header } from './header.ts'

const decision = {
  ...header,
  wallet: walletId,
  /** SHA-256 of the request that waits. */
  request: hex(32),
  /**
   * Over the very bytes of the request that waits, with the purpose `approve` or `reject`. They are
   * all that is judged: this request itself needs no proof. A KMIP client has none to take back
   * what its own certificate asked.
   */
  proofs: z.array(authorisation).max(authorisationsMax),
} as const

export const approvalApprove = z.strictObject({
  operation: z.literal('approval.approve'),
  ...decision,
})
export type ApprovalApprove = z.infer<typeof approvalApprove>

export const approvalReject = z.strictObject({
  operation: z.literal('approval.reject'),
  ...decision,
})
export type ApprovalReject = z.infer<typeof approvalReject>
