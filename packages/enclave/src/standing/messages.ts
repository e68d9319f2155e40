/** What nodes tell each other of the keys and boots of zones (docs/governance.md). */
import { type ErrorCode, errorTable } from '@holdfast/base/errors'
import { statementBootsMax, zonesMax } from '@holdfast/base/limits'
import { bootId, bytes, hex, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'

const epoch = z.int().min(1)
/** Boots of a zone are in order of their numbers: a later one is confirmed under a higher. */
const order = z.int().min(0)

/** What a node knows of a zone. */
export const zoneEntry = z.strictObject({
  zone: zoneId,
  epoch,
  keyId: hex(32),
  /** Several nodes on one store; else the last boot alone stands. */
  shared: z.boolean(),
  boots: z.array(z.tuple([bootId, order])).max(statementBootsMax),
})
export type ZoneEntry = z.infer<typeof zoneEntry>

/** This boot, of the asking node, asks to be confirmed, or says that it was. */
export const bootClaim = z.strictObject({
  type: z.literal('zone.boot'),
  epoch,
  keyId: hex(32),
  /** The key was made in this boot: nothing was ever sealed under it. */
  fresh: z.boolean(),
  shared: z.boolean(),
  order,
  /** Of the manifest that the node runs under. */
  serial: z.int().min(1),
  /** Id of a key of the next epoch that the zone is about to take into use. */
  next: hex(32).exactOptional(),
  /** Governors' signed statement that names this boot. */
  statement: bytes.exactOptional(),
})
export type BootClaim = Omit<z.infer<typeof bootClaim>, 'type'>

export const bootAnswer = z.strictObject({
  accepted: z.boolean(),
  /** Why not, where it was not. */
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]).exactOptional(),
  serial: z.int().min(1),
  zones: z.array(zoneEntry).max(zonesMax),
})
export type BootAnswer = z.infer<typeof bootAnswer>
