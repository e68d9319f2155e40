/** `wallet.backup`: shares of all keys of a wallet, each for one guardian. Ordered by the home. */
import { z } from 'zod'
import { guardian, guardiansMax } from '../backup/backup-set.ts'
import { walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const walletBackup = z.strictObject({
  operation: z.literal('wallet.backup'),
  ...header,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /** So many guardians restore the wallet; fewer learn nothing. */
  threshold: z.int().min(2).max(guardiansMax),
  guardians: z.array(guardian).min(2).max(guardiansMax),
})
export type WalletBackup = z.infer<typeof walletBackup>
