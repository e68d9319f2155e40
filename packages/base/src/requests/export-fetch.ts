/** `export.fetch`: the secret of a granted export, sealed to its recipient. */
import { z } from 'zod'
import { hex, walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const exportFetch = z.strictObject({
  operation: z.literal('export.fetch'),
  ...header,
  wallet: walletId,
  /** SHA-256 of the request `key.export`. */
  export: hex(32),
  seen: seen.exactOptional(),
})
export type ExportFetch = z.infer<typeof exportFetch>
