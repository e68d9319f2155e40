/** `audit.show`: what a zone's log says of a wallet, in chains that anyone can check. */
import { z } from 'zod'
import { bootId, walletId, zoneId } from '../schema.ts'
import { header } from './header.ts'

export const auditShow = z.strictObject({
  operation: z.literal('audit.show'),
  ...header,
  wallet: walletId,
  /** Whose log: the zone itself answers. */
  zone: zoneId,
  /** Which chain, from which entry on; without it the answer names the chains alone. */
  from: z.strictObject({ boot: bootId, index: z.int().min(0) }).exactOptional(),
})
export type AuditShow = z.infer<typeof auditShow>
