/** `password.register`: the first half of a new password; changes nothing (RFC 9807 §5). */
import { z } from 'zod'
import { opaqueMessage, walletId } from '../schema.ts'
import { header } from './header.ts'

export const passwordRegister = z.strictObject({
  operation: z.literal('password.register'),
  ...header,
  wallet: walletId,
  message: opaqueMessage,
})
export type PasswordRegister = z.infer<typeof passwordRegister>
