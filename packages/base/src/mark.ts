/**
 * Marks of a wallet: what any owner may say at any zone, at once. Each zone keeps the union of all
 * that it has heard, so that no failover, merge or late message can lose one.
 */
import { z } from 'zod'
import { marksMax } from './limits.ts'
import { hex, personId, timestamp, zoneId } from './schema.ts'

const said = {
  /** SHA-256 over the request that made it, the person and the zone. */
  id: hex(32),
  person: personId,
  /** The zone that took it, and when by its clock: for people. */
  zone: zoneId,
  at: timestamp,
} as const

export const mark = z.discriminatedUnion('type', [
  /** Nothing is signed until a version of the wallet names this mark as lifted. */
  z.strictObject({ type: z.literal('freeze'), ...said }),
  /** The change whose request has this hash never takes effect. */
  z.strictObject({ type: z.literal('cancel'), ...said, change: hex(32) }),
])
export type Mark = z.infer<typeof mark>
export type FreezeMark = Extract<Mark, { type: 'freeze' }>

export const marks = z.array(mark).max(marksMax)

/** The freezes that no version of the wallet has lifted. */
export const frozenBy = (
  all: readonly Mark[],
  { lifted = [] }: { readonly lifted?: readonly string[] },
): readonly FreezeMark[] =>
  all.filter((one): one is FreezeMark => one.type === 'freeze' && !lifted.includes(one.id))
