/**
 * `placement.give-up`: owners of a wallet in two zones go on with one. Carried out by the zone that
 * is left.
 */
import { z } from 'zod'
import { walletId, zoneId } from '../schema.ts'
import { header, seen } from './header.ts'

export const placementGiveUp = z.strictObject({
  operation: z.literal('placement.give-up'),
  ...header,
  wallet: walletId,
  /** The version that the zone which is left holds; another answers `conflict`. */
  base: seen,
  /** Without it the other decides, until it is back. */
  zone: zoneId,
})
export type PlacementGiveUp = z.infer<typeof placementGiveUp>
