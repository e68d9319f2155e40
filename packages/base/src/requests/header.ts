/** What every request names: the mesh, and when its bytes are worth nothing any more. */
import { z } from 'zod'
import { meshId, timestamp } from '../schema.ts'

/** The highest version of a wallet that the client has seen (DESIGN §9, invariant 11). */
export const seen = z.strictObject({ epoch: z.int().min(1), version: z.int().min(1) })
export type Seen = z.infer<typeof seen>

export const header = { mesh: meshId, expiresAt: timestamp } as const

/**
 * Where fewer persons have authorised the request than it needs, it waits for the others until it
 * expires; it may then expire as far ahead as `waitMsMax`.
 */
export const wait = z.literal(true).exactOptional()
