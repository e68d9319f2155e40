/** `wallet.outcome`: what became of a request that changes a wallet, by the hash of its bytes. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const walletOutcome = z.strictObject({
  operation: z.literal('wallet.outcome'),
  ...header,
  wallet: walletId,
  /** SHA-256 of the bytes that were asked for, as the document names them (`request`). */
  request: hex(32),
  seen: seen.exactOptional(),
})
export type WalletOutcome = z.infer<typeof walletOutcome>
