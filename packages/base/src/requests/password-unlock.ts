/** `password.unlock`: gives a locked password its guesses back, by another credential. */
import { z } from 'zod'
import { credentialId, walletId } from '../schema.ts'
import { header } from './header.ts'

export const passwordUnlock = z.strictObject({
  operation: z.literal('password.unlock'),
  ...header,
  wallet: walletId,
  credential: credentialId,
})
export type PasswordUnlock = z.infer<typeof passwordUnlock>
