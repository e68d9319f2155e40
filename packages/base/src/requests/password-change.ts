/** `password.change`: a new password takes the place of an old one, by the old one's proof. */
import { z } from 'zod'
import { credentialId, walletId } from '../schema.ts'
import { passwordCredential } from '../wallet.ts'
import { header, seen } from './header.ts'

export const passwordChange = z.strictObject({
  operation: z.literal('password.change'),
  ...header,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /** The old password, whose request key signs this, in the first minutes after a login. */
  replaces: credentialId,
  /** Of the same person, name, scope and end; proves itself with the purpose `enrol`. */
  credential: passwordCredential,
})
export type PasswordChange = z.infer<typeof passwordChange>
