/** `key.export`: owners let the secret of a key out, to one recipient. Waits for its delay. */
import { z } from 'zod'
import { base64url, objectId, walletId } from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const keyExport = z.strictObject({
  operation: z.literal('key.export'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  key: objectId,
  /** X25519 public key, 32 bytes: the secret is sealed to it alone. */
  recipient: base64url.length(43),
})
export type KeyExport = z.infer<typeof keyExport>
