/** `approval.approve` and `approval.reject`, by any credential that proves the waiting bytes. */
import { decide } from '../approvals/decide.ts'
import type { Run } from './call.ts'

/** Refusals of `decide`. */
export const approvalApprove: Run<'approval.approve'> = (context, call) =>
  decide(context, call, 'approve')

/** One rejection ends it. Refusals of `decide`. */
export const approvalReject: Run<'approval.reject'> = (context, call) =>
  decide(context, call, 'reject')
