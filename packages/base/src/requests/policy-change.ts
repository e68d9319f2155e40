/** `policy.change`: another policy of a wallet. Ordered by the wallet's home. */
import { z } from 'zod'
import { policy } from '../policy.ts'
import { walletId } from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const policyChange = z.strictObject({
  operation: z.literal('policy.change'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /**
   * The whole policy. Where it only adds denials, removes rules that allow or lowers their bounds,
   * one owner is enough and it takes effect at once; else the terms of the policy in force hold.
   */
  policy,
})
export type PolicyChange = z.infer<typeof policyChange>
