/** `backup.prove`: guardians show an enclave that they can restore a backup; nobody else sees. */
import { z } from 'zod'
import { backupSetId, guardiansMax } from '../backup/backup-set.ts'
import { walletId } from '../schema.ts'
import { header, seen } from './header.ts'
import { sealedSecret } from './wallet-create.ts'

export const backupProve = z.strictObject({
  operation: z.literal('backup.prove'),
  ...header,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  set: backupSetId,
  /** At least the threshold, each sealed by its guardian to the home's enclave (`proofInfo`). */
  shares: z.array(sealedSecret).min(2).max(guardiansMax),
})
export type BackupProve = z.infer<typeof backupProve>
