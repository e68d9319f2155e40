/** The requests that made a wallet what it is, and those whose change another home left behind. */
import { z } from 'zod'
import { pastRequestsMax, personsMax } from './limits.ts'
import { hex, objectId, personId, timestamp, zoneId } from './schema.ts'

/** Who asked for a version: the persons whose credentials authorised its request. */
export const askedBy = z.array(personId).max(personsMax)

export const pastRequest = z.strictObject({
  epoch: z.int().min(1),
  version: z.int().min(1),
  /** SHA-256 of the request that made the version. */
  request: hex(32),
  at: timestamp,
  by: askedBy.exactOptional(),
})
export type PastRequest = z.infer<typeof pastRequest>

/** The oldest first; the version that the document is itself is not among them. */
export const pastRequests = z.array(pastRequest).max(pastRequestsMax)

/**
 * `applied`: the wallet is what it is by it. `waiting`: for its delay. `cancelled`: by an owner.
 * `superseded`: another home took over before enough zones held it; it never takes effect.
 * `unknown`: no zone that was asked knows it.
 */
export const outcomeState = z.enum(['applied', 'waiting', 'cancelled', 'superseded', 'unknown'])
export type OutcomeState = z.infer<typeof outcomeState>

/** A change that came to nothing, as the zone that held it keeps it. */
export const supersededRequest = z.strictObject({ ...pastRequest.shape, zone: zoneId })
export type SupersededRequest = z.infer<typeof supersededRequest>

const version = { epoch: z.int().min(1), version: z.int().min(1) }

/**
 * The last change of a managed object that another home left behind: the version that it made,
 * when it was asked for, which zone held it, and the later home's version that stands instead.
 */
export const supersededObject = z.strictObject({
  object: objectId,
  ...version,
  at: timestamp,
  by: z.strictObject(version),
  zone: zoneId,
})
export type SupersededObject = z.infer<typeof supersededObject>
