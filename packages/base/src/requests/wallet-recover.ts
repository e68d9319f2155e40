/** `wallet.recover`: guardians give an owner new credentials, after a delay, unless vetoed. */
import { z } from 'zod'
import { credentialsMax } from '../limits.ts'
import { credentialId, walletId } from '../schema.ts'
import { credential } from '../wallet.ts'
import { header, seen, wait } from './header.ts'

export const walletRecover = z.strictObject({
  operation: z.literal('wallet.recover'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /** Of persons whom the wallet knows; each proves itself with the purpose `enrol`. */
  credentials: z.array(credential).min(1).max(credentialsMax),
  /** What was lost. */
  remove: z.array(credentialId).max(credentialsMax),
})
export type WalletRecover = z.infer<typeof walletRecover>
