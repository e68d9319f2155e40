/**
 * What governors sign about the homes of wallets: that a zone takes over what another founded, or
 * that zones are given up, so that what is left of a placement decides alone, or that they are lost
 * for good, so that nobody waits for them to erase (docs/replication.md).
 */
import { z } from 'zod'
import { zonesMax } from './limits.ts'
import { momentMs } from './moment.ts'
import { zoneId } from './schema.ts'
import { statementFields } from './signed-statement.ts'

const fields = z.strictObject({
  format: z.literal('holdfast homes v1'),
  /** Its `issuedAt` is its place in order: a wallet obeys none that is older than its last. */
  ...statementFields,
  /** Wallets that `founder` created and `home` holds get `home` as their home. */
  moves: z.array(z.strictObject({ founder: zoneId, home: zoneId })).max(zonesMax),
  /** Zones without which placements go on that have no majority but for them. */
  givenUp: z.array(zoneId).max(zonesMax),
  /** Zones that will never say that they erased the wallets that left them until then. */
  lost: z.array(zoneId).max(zonesMax).exactOptional(),
})

export const homeStatementSchema = fields.superRefine((statement, context) => {
  const { issuedAt, expiresAt, moves, givenUp, lost = [] } = statement
  const holds =
    momentMs(issuedAt) < momentMs(expiresAt) &&
    moves.length + givenUp.length + lost.length > 0 &&
    new Set(moves.map(({ founder }) => founder)).size === moves.length &&
    new Set(givenUp).size === givenUp.length &&
    new Set(lost).size === lost.length &&
    moves.every(({ home }) => !givenUp.includes(home) && !lost.includes(home))
  if (!holds) context.addIssue({ code: 'custom', path: ['moves'], message: 'a rule is broken' })
})
export type HomeStatement = z.infer<typeof homeStatementSchema>

/** What became of a statement, at the zones that carry it out. */
export const homeReport = z.strictObject({
  groups: z.array(
    z.strictObject({
      founder: zoneId,
      zones: z.array(zoneId),
      /** The zone that takes over. */
      home: zoneId,
      /** `moving` goes on by itself, as long as the statement is known and has not expired. */
      state: z.enum(['moved', 'moving']),
      /** Why it is not done yet. */
      code: z.string().exactOptional(),
      subject: z.string().exactOptional(),
    }),
  ),
  /** Of zones that are lost: how many wallets waited for them, by the home that ends that. */
  removals: z
    .array(
      z.strictObject({
        zone: zoneId,
        home: zoneId,
        /** Ended, by this statement or an earlier one. */
        struck: z.int().min(0),
        /** Not yet, or by no statement that is as old. */
        open: z.int().min(0),
      }),
    )
    .exactOptional(),
  /** Zones that could not be told. */
  unreachable: z.array(zoneId),
})
export type HomeReport = z.infer<typeof homeReport>
