/** `session.authenticate`: binds a credential to a sealed session, once, for a time and a scope. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header } from './header.ts'

export const sessionAuthenticate = z.strictObject({
  operation: z.literal('session.authenticate'),
  ...header,
  /** The handshake hash of the session (Noise §11.2, channel binding). */
  handshake: hex(32),
  /** The session speaks for these wallets alone. */
  wallets: z.array(walletId).min(1).max(64),
})
export type SessionAuthenticate = z.infer<typeof sessionAuthenticate>
