/** `objects.superseded`: changes of a wallet's managed objects that another home left behind. */
import { z } from 'zod'
import { walletId } from '../schema.ts'
import { header, seen } from './header.ts'

export const objectsSuperseded = z.strictObject({
  operation: z.literal('objects.superseded'),
  ...header,
  wallet: walletId,
  seen: seen.exactOptional(),
})
export type ObjectsSuperseded = z.infer<typeof objectsSuperseded>
