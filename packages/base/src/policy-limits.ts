/** Limits that count over time, as rules of a policy carry them (DESIGN §6). */
import { z } from 'zod'
import { chain } from './chain.ts'
import { limitWindowMsMax, limitWindowMsMin } from './limits.ts'
import { decimal } from './schema.ts'

/** Windows follow one upon another without a gap, the first from 1970-01-01T00:00:00Z on. */
const windowMs = z.int().min(limitWindowMsMin).max(limitWindowMsMax)

export const limit = z.discriminatedUnion('type', [
  /**
   * The most of one asset that leaves in a window, in base units: transfers, approvals, the value
   * of calls; the fee counts as the chain's coin, unless the rule's `maxFee` bounds it by itself.
   */
  z.strictObject({
    type: z.literal('value'),
    chain,
    /** Absent: all networks of the chain together. */
    network: z.string().max(64).exactOptional(),
    asset: z.string().min(1).max(128),
    amount: decimal,
    windowMs,
  }),
  /** The most requests that are signed in a window. */
  z.strictObject({ type: z.literal('signatures'), count: z.int().min(1).max(1_000_000), windowMs }),
])
export type Limit = z.infer<typeof limit>
