/** How a node shows another zone how far its log has come. */
import { bytes, hex, timestamp } from '@holdfast/base/schema'
import { z } from 'zod'
import { auditLinksSent } from '../limits.ts'

/** What the chain of the asking node has grown by since the head that the witness knows. */
export const witnessRequest = z.strictObject({
  type: z.literal('audit.witness'),
  /** The last index that the witness is thought to know; −1 for none. */
  after: z.int().min(-1),
  links: z.array(bytes.refine((link) => link.length === 32)).max(auditLinksSent),
})
export type WitnessRequest = z.infer<typeof witnessRequest>

/** Where the witness stands now, and its signature on that; it may be behind what was sent. */
export const witnessAnswer = z.strictObject({
  index: z.int().min(-1),
  hash: hex(32),
  at: timestamp,
  /** Ed25519 of the identity key; absent where nothing is known yet. */
  signature: bytes.exactOptional(),
})
export type WitnessAnswer = z.infer<typeof witnessAnswer>
