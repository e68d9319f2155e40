/** `account.add`: further accounts under a key of a wallet. Ordered by the wallet's home. */
import { z } from 'zod'
import { objectId, walletId } from '../schema.ts'
import { accountRequest } from '../wallet.ts'
import { header, seen } from './header.ts'

export const accountAdd = z.strictObject({
  operation: z.literal('account.add'),
  ...header,
  wallet: walletId,
  key: objectId,
  accounts: z.array(accountRequest).min(1).max(32),
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
})
export type AccountAdd = z.infer<typeof accountAdd>
