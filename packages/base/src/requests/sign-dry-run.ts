/** `sign.dry-run`: what the policy says of a signature now, with the rule; nothing is signed. */
import { z } from 'zod'
import { accountId, walletId } from '../schema.ts'
import { header, seen } from './header.ts'
import { signPayload } from './sign.ts'

export const signDryRun = z.strictObject({
  operation: z.literal('sign.dry-run'),
  ...header,
  wallet: walletId,
  account: accountId.exactOptional(),
  seen: seen.exactOptional(),
  payload: signPayload,
})
export type SignDryRun = z.infer<typeof signDryRun>
