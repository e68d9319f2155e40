/** A change that loosens a wallet waits in its document until its delay has passed (DESIGN §6). */
import { z } from 'zod'
import { base64url, credentialId, hex, timestamp } from './schema.ts'

export const pendingChange = z.strictObject({
  /** SHA-256 of `bytes`: the name of the change. */
  request: hex(32),
  /** The request, exactly as the owners authorised it; what it does is read from it again. */
  bytes: base64url,
  /** Who authorised it; counted again when it opens, against the wallet as it then is. */
  credentials: z.array(credentialId).min(1).max(16),
  /** SHA-256 of the policy that it was authorised under; under another one it is void. */
  policy: hex(32),
  recordedAt: timestamp,
  /** When it takes effect; absent until a majority of the zones has recorded it. */
  opensAt: timestamp.exactOptional(),
})
export type PendingChange = z.infer<typeof pendingChange>
