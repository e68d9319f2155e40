/**
 * The log of decisions. Each boot of a node has a chain of its own, since the enclave that wrote it
 * is gone with it; the first entry of a chain names the chains that it continues.
 *
 *     head(-1) = SHA-256("holdfast audit start v1" ‖ 0 ‖ mesh ‖ 0 ‖ boot)
 *     link(i)  = SHA-256("holdfast audit entry v1" ‖ 0 ‖ entry's bytes)
 *     head(i)  = SHA-256("holdfast audit head v1" ‖ 0 ‖ head(i−1) ‖ link(i))
 */
import { z } from 'zod'
import { type Bytes, utf8 } from './bytes.ts'
import type { BootId, MeshId, ZoneId } from './ids.ts'
import {
  base64url,
  bootId,
  credentialId,
  hex,
  intentId,
  personId,
  timestamp,
  walletId,
  zoneId,
} from './schema.ts'

/** How far a chain has come: its last index, and the head there. */
export const auditHead = z.strictObject({ boot: bootId, index: z.int().min(0), hash: hex(32) })
export type AuditHead = z.infer<typeof auditHead>

/** A head that another zone's enclave has seen the whole chain of. */
export const witnessedHead = z.strictObject({
  ...auditHead.shape,
  zone: zoneId,
  by: z.strictObject({ zone: zoneId, boot: bootId }),
  at: timestamp,
  /** Ed25519 of the witness's identity key over `witnessMessage`. */
  signature: base64url,
})
export type WitnessedHead = z.infer<typeof witnessedHead>

/** The first of a chain. */
export const openedEntry = z.strictObject({
  type: z.literal('opened'),
  at: timestamp,
  zone: zoneId,
  measurement: hex(32),
  /** Heads of this zone's earlier chains that no chain has continued yet. */
  continues: z.array(auditHead),
})

/**
 * `signed` is written before the signature leaves; what kept it back after all is a `failed` of the
 * same request. `exported`: the secret of a key left, sealed to its recipient. `denied`: the judge
 * said no to proofs that verify. `waiting`: more must approve.
 */
export const auditOutcomes = [
  'signed',
  'exported',
  'changed',
  'denied',
  'failed',
  'waiting',
] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

export const decidedEntry = z.strictObject({
  type: z.literal('decided'),
  at: timestamp,
  outcome: z.enum(auditOutcomes),
  operation: z.string().max(64),
  wallet: walletId,
  /** SHA-256 of the request's bytes. */
  request: hex(32),
  policyVersion: z.int(),
  /** Who proved himself, and with what. */
  persons: z.array(personId),
  credentials: z.array(credentialId),
  /** The rule that decided; of a refusal also its code. */
  rule: z.string().max(128).exactOptional(),
  code: z.string().max(64).exactOptional(),
  intent: intentId.exactOptional(),
  /** Of a change: the version that it made. */
  version: z.string().max(32).exactOptional(),
  /** Zones whose removal governors struck: `request` is the hash of their signed statement. */
  struck: z.array(zoneId).exactOptional(),
})
export type DecidedEntry = z.infer<typeof decidedEntry>

export const auditEntry = z.discriminatedUnion('type', [openedEntry, decidedEntry])
export type AuditEntry = z.infer<typeof auditEntry>

/** A stretch of a chain: own entries as they were written, others as their links. */
export const auditPage = z.strictObject({
  boot: bootId,
  /** Of the first item. */
  index: z.int().min(0),
  items: z.array(
    z.union([z.strictObject({ entry: z.string() }), z.strictObject({ link: hex(32) })]),
  ),
})
export type AuditPage = z.infer<typeof auditPage>

type Sha256 = { sha256(...parts: readonly Bytes[]): Bytes }

const startLabel = utf8('holdfast audit start v1\0')
const entryLabel = utf8('holdfast audit entry v1\0')
const headLabel = utf8('holdfast audit head v1\0')

export const auditStart = (crypto: Sha256, mesh: MeshId, boot: BootId): Bytes =>
  crypto.sha256(startLabel, utf8(`${mesh}\0${boot}`))

export const auditLink = (crypto: Sha256, entry: Bytes): Bytes => crypto.sha256(entryLabel, entry)

export const nextAuditHead = (crypto: Sha256, head: Bytes, link: Bytes): Bytes =>
  crypto.sha256(headLabel, head, link)

/** What a witness signs: it has seen every link of the chain up to this head. */
export const witnessMessage = (
  mesh: MeshId,
  {
    zone,
    boot,
    index,
    hash,
    at,
  }: Omit<WitnessedHead, 'by' | 'signature'> & {
    readonly zone: ZoneId
  },
): Bytes => utf8(`holdfast audit witness v1\0${mesh}\0${zone}\0${boot}\0${index}\0${hash}\0${at}`)
