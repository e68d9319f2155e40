/** `credential.remove`: revokes a credential of a wallet. */
import { z } from 'zod'
import { credentialId, walletId } from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const credentialRemove = z.strictObject({
  operation: z.literal('credential.remove'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  credential: credentialId,
})
export type CredentialRemove = z.infer<typeof credentialRemove>
