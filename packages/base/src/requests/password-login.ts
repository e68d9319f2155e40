/** `password.login` and `password.finish`: a guess at a person's password (RFC 9807 §6). */
import { z } from 'zod'
import { base64url, opaqueMessage, personId, walletId } from '../schema.ts'
import { header } from './header.ts'

export const passwordLogin = z.strictObject({
  operation: z.literal('password.login'),
  ...header,
  wallet: walletId,
  person: personId,
  /** What an earlier login gave: guesses of known devices are counted by themselves. */
  device: base64url.max(512).exactOptional(),
  message: opaqueMessage,
})
export type PasswordLogin = z.infer<typeof passwordLogin>

export const passwordFinish = z.strictObject({
  operation: z.literal('password.finish'),
  ...header,
  wallet: walletId,
  message: opaqueMessage,
})
export type PasswordFinish = z.infer<typeof passwordFinish>
