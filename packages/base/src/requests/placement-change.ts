/** `placement.change`: other zones hold a wallet. Ordered by the wallet's home. */
import { z } from 'zod'
import { placement } from '../placement.ts'
import { walletId } from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const placementChange = z.strictObject({
  operation: z.literal('placement.change'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /** What the constraints resolve to from the wallet's home: its owners authorise the names. */
  placement,
})
export type PlacementChange = z.infer<typeof placementChange>
