/** A request that waits for persons to approve it, as the answers show it. */
import { z } from 'zod'
import { intent } from './intent.ts'
import { authorisationsMax } from './limits.ts'
import { base64url, credentialId, hex, personId, timestamp, walletId } from './schema.ts'

export const approvalStates = ['waiting', 'done', 'rejected', 'failed', 'expired'] as const
export type ApprovalState = (typeof approvalStates)[number]

/** Who said what, and when by the zone's clock. */
export const said = z.strictObject({ person: personId, credential: credentialId, at: timestamp })
export type Said = z.infer<typeof said>

/** A way to a yes: so many of these persons, of whom some have spoken. */
export const need = z.strictObject({
  /** The rule of the policy; `changes` for its terms of change. */
  rule: z.string(),
  quorum: z.int().min(1),
  /** Anyone of the wallet where absent. */
  persons: z.array(personId).exactOptional(),
  have: z.array(personId),
})
export type Need = z.infer<typeof need>

export const approvalLine = z.strictObject({
  wallet: walletId,
  request: hex(32),
  operation: z.string(),
  state: z.enum(approvalStates),
  takenAt: timestamp,
  expiresAt: timestamp,
})
export type ApprovalLine = z.infer<typeof approvalLine>

export const approval = z.strictObject({
  ...approvalLine.shape,
  /** The request, exactly: what an approval is a proof over. */
  bytes: base64url,
  /** What would be signed; absent for changes, whose bytes say it. */
  decoded: intent.exactOptional(),
  needs: z.array(need),
  approved: z.array(said).max(authorisationsMax),
  rejected: z.array(said).max(authorisationsMax),
  /** `done`: the operation's answer. */
  answer: z.json().exactOptional(),
  /** `failed`: the refusal's code. */
  code: z.string().exactOptional(),
})
export type Approval = z.infer<typeof approval>
