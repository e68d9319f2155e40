/** What nodes say to each other over an attested link, and how it is written: CBOR, strict. */
import { authorisation } from '@holdfast/base/authorisation'
import type { Bytes } from '@holdfast/base/bytes'
import { type CborValue, parseCbor, toCbor } from '@holdfast/base/cbor'
import { type ErrorCode, errorTable, type Result } from '@holdfast/base/errors'
import { homeReport } from '@holdfast/base/home-statement'
import { authorisationsMax, supersededObjectsMax, zonesMax } from '@holdfast/base/limits'
import { marks } from '@holdfast/base/mark'
import { outcomeState, supersededObject, supersededRequest } from '@holdfast/base/past-request'
import {
  bootId,
  bytes,
  credentialId,
  hex,
  objectId,
  sessionId,
  walletId,
  zoneId,
} from '@holdfast/base/schema'
import { z } from 'zod'
import { witnessAnswer, witnessRequest } from '../../audit/messages.ts'
import { cancelledAnswers, cancelledRequests } from '../../cancellation/messages.ts'
import { countAnswers, countRequests } from '../../counters/messages.ts'
import { openedChangesMax } from '../../limits.ts'
import { placementAnswers, placementRequests } from '../../placement/messages.ts'
import { manifestsAtOnceMax } from '../../standing/limits.ts'
import { bootAnswer, bootClaim } from '../../standing/messages.ts'
import {
  kmipCallerAnswer,
  kmipCallerRequest,
  kmipMessageAnswer,
  kmipMessageRequest,
  kmipWaitAnswer,
  kmipWaitRequest,
} from '../../tenants/kmip-messages.ts'
import { timeAnswer, timeRequest } from '../../time/messages.ts'
import { digestBuckets } from '../compare/digests.ts'

const remainingMs = z.int().min(0).max(600_000)

/** A wallet's document with the objects that a holder needs to use it. Payloads are plaintext. */
export const walletBundle = z.strictObject({
  wallet: bytes,
  objects: z.array(z.strictObject({ id: objectId, payload: bytes })).max(64),
  /** What its owners said at any zone, where they said something. */
  marks: marks.exactOptional(),
  /** As many zones hold it as its durability asks. */
  acknowledged: z.literal(true).exactOptional(),
})
export type WalletBundle = z.infer<typeof walletBundle>

const version = z.strictObject({ epoch: z.int().min(1), version: z.int().min(1) })

/** What one zone knows of a request. */
const knownOutcome = z.strictObject({
  /** The version that the zone holds. */
  held: version,
  outcome: outcomeState,
  version: version.exactOptional(),
  superseded: supersededRequest.exactOptional(),
})
export type KnownOutcome = z.infer<typeof knownOutcome>

/** Requests of changes that a zone agreed to, the newest last. */
export const openedChanges = z.array(hex(32)).max(openedChangesMax)

const newObjects = z
  .array(
    z.strictObject({
      id: objectId,
      payload: bytes,
      state: bytes,
      isFixed: z.literal(true).exactOptional(),
    }),
  )
  .min(1)
  .max(64)

const stateChanges = z
  .array(
    z.strictObject({
      id: objectId,
      base: version,
      state: bytes,
      destroy: z.literal(true).exactOptional(),
    }),
  )
  .min(1)
  .max(64)

/** Managed objects that belong together; a destroyed one has no payload. */
export const objectBundle = z
  .array(z.strictObject({ state: bytes, payload: bytes.exactOptional() }))
  .min(1)
  .max(64)
export type ObjectBundle = z.infer<typeof objectBundle>

/** Printable ASCII: what is sent is what was written. */
const groupName = z
  .string()
  .max(2048)
  .regex(/^[ -~]*$/)
const group = z.strictObject({
  founder: zoneId,
  zones: z.array(zoneId).min(1).max(zonesMax),
  /** Of a wallet that is a group of its own, and of its change of placement. */
  wallet: walletId.exactOptional(),
  from: z.array(zoneId).min(1).max(zonesMax).exactOptional(),
})

const bucket = z
  .int()
  .min(0)
  .max(digestBuckets - 1)

export const peerRequest = z.discriminatedUnion('type', [
  /** The key of the zone, for another node of it (zone-key/handover.ts). */
  z.strictObject({ type: z.literal('zone.key') }),
  /** The key of the next epoch, for a node that has the current one (zone-key/rotate.ts). */
  z.strictObject({ type: z.literal('zone.next'), epoch: z.int().min(2), key: bytes }),
  bootClaim,
  /** The signed manifests after this serial, oldest first. */
  z.strictObject({
    type: z.literal('manifest.after'),
    serial: z.int().min(1),
    limit: z.int().min(1).max(manifestsAtOnceMax),
  }),
  /** When was the manifest of this hash first seen there? */
  z.strictObject({ type: z.literal('manifest.seen'), manifest: hex(32) }),
  /** Take this wallet, if this zone is in its placement and it is newer than what is held. */
  z.strictObject({ type: z.literal('put'), bundle: walletBundle }),
  /** Which version is held? */
  z.strictObject({ type: z.literal('has'), wallet: walletId }),
  /** Digests of what the asking zone may hold (replication/compare/digests.ts). */
  z.strictObject({ type: z.literal('digests') }),
  /**
   * What is held of the wallets that the asking zone may hold, in the order of their ids; of one
   * bucket, or of all.
   */
  z.strictObject({
    type: z.literal('inventory'),
    after: walletId.exactOptional(),
    bucket: bucket.exactOptional(),
  }),
  z.strictObject({ type: z.literal('fetch'), wallet: walletId }),
  /** What became of a request that changes the wallet, as this zone knows it? */
  z.strictObject({ type: z.literal('outcome'), wallet: walletId, request: hex(32) }),
  /** Which changes of the wallet's objects did this zone hold that another home left behind? */
  z.strictObject({ type: z.literal('superseded'), wallet: walletId }),
  /** Promises that are known of groups in which the asking zone is, in the order of their names. */
  z.strictObject({ type: z.literal('promises'), after: groupName.exactOptional() }),
  /** Promise this epoch of the group to the asking zone; `null`: would it be promised? */
  z.strictObject({
    type: z.literal('promise'),
    group,
    epoch: z.int().min(2).nullable(),
    /** Though the home is heard: governors want it so. */
    force: z.boolean(),
    /** When they signed the newest statement that the asking zone knows; 0 for none. */
    commandedAtMs: z.int().min(0),
    /** Zones without which the others decide from this epoch on. */
    without: z.array(zoneId).max(zonesMax),
    /** First fetch all that the asking zone holds. */
    catchUp: z.boolean(),
  }),
  /** Marks of the wallets that the asking zone may hold, in the order of their ids. */
  z.strictObject({ type: z.literal('marks'), after: walletId.exactOptional() }),
  /** Governors' signed statement on homes, for the zones that carry it out. */
  z.strictObject({ type: z.literal('homes.take'), statement: bytes }),
  /** Add these to what is known of the wallet. */
  z.strictObject({ type: z.literal('marks.put'), wallet: walletId, marks }),
  /** The home is about to let a change take effect: from here on it cannot be cancelled. */
  z.strictObject({ type: z.literal('change.open'), wallet: walletId, change: hex(32) }),
  /** Take these objects, whose wallet this zone holds. */
  z.strictObject({ type: z.literal('objects.put'), bundle: objectBundle }),
  z.strictObject({
    type: z.literal('objects.inventory'),
    after: objectId.exactOptional(),
    bucket: bucket.exactOptional(),
  }),
  z.strictObject({ type: z.literal('objects.fetch'), object: objectId }),
  /** For the home: make these objects of a wallet. */
  z.strictObject({ type: z.literal('objects.create'), wallet: walletId, objects: newObjects }),
  /** For the home: the next versions of these objects' states. */
  z.strictObject({ type: z.literal('objects.change'), wallet: walletId, changes: stateChanges }),
  /** A client's request, judged and answered by the receiver; never passed on again. */
  z.strictObject({
    type: z.literal('forward'),
    request: bytes,
    authorisations: z.array(authorisation).max(authorisationsMax),
    /** Of a KMIP client whose key TLS has shown to the sender. */
    certificate: credentialId.exactOptional(),
    remainingMs,
  }),
  z.strictObject({ type: z.literal('evidence'), nonce: bytes }),
  z.strictObject({
    type: z.literal('session.open'),
    boot: bootId,
    prologue: bytes,
    message: bytes,
  }),
  z.strictObject({ type: z.literal('session.frame'), session: sessionId, frame: bytes }),
  z.strictObject({ type: z.literal('session.close'), session: sessionId }),
  timeRequest,
  ...countRequests,
  kmipCallerRequest,
  ...placementRequests,
  ...cancelledRequests,
  kmipMessageRequest,
  witnessRequest,
  kmipWaitRequest,
])
export type PeerRequest = z.infer<typeof peerRequest>

/** The answer's shape, by the type of the request. */
export const peerAnswers = {
  'zone.key': z.strictObject({ epoch: z.int().min(1), key: bytes }),
  'zone.next': z.strictObject({}),
  'zone.boot': bootAnswer,
  'manifest.after': z.strictObject({ manifests: z.array(bytes).max(manifestsAtOnceMax) }),
  'manifest.seen': z.strictObject({ at: z.int().min(0).nullable() }),
  put: z.strictObject({ held: version }),
  /** `counts`: the zone has heard enough since its boot to say that it holds it, or that not. */
  has: z.strictObject({
    held: version.nullable(),
    counts: z.boolean(),
    /** As many zones hold it as its durability asks. */
    acknowledged: z.literal(true).exactOptional(),
  }),
  inventory: z.strictObject({
    wallets: z.array(z.tuple([walletId, z.int(), z.int(), z.string()])),
    next: walletId.exactOptional(),
  }),
  digests: z.strictObject({ buckets: bytes }),
  fetch: z.strictObject({ bundle: walletBundle.nullable() }),
  promises: z.strictObject({
    promises: z.array(
      z.strictObject({
        group,
        epoch: z.int().min(2),
        candidate: zoneId,
        commandedAtMs: z.int().min(0),
        without: z.array(zoneId).max(zonesMax),
      }),
    ),
    next: z.string().exactOptional(),
  }),
  promise: z.strictObject({ known: z.int().min(1) }),
  marks: z.strictObject({
    wallets: z.array(z.strictObject({ wallet: walletId, marks, opened: openedChanges })),
    next: walletId.exactOptional(),
    /** On the first page: digest of the cancelled creations that both zones were told of. */
    cancelled: hex(32).exactOptional(),
  }),
  /** `certain`: the zone has heard enough since its boot to know what it had agreed to. */
  'marks.put': z.strictObject({ late: z.array(hex(32)).max(256), certain: z.boolean() }),
  'homes.take': homeReport,
  outcome: knownOutcome.nullable(),
  superseded: z.strictObject({ objects: z.array(supersededObject).max(supersededObjectsMax) }),
  'change.open': z.strictObject({ marks }),
  'objects.put': z.strictObject({ held: z.array(version) }),
  'objects.inventory': z.strictObject({
    /** The last says whether it is destroyed: that is for good, in whatever version. */
    objects: z.array(z.tuple([objectId, z.int(), z.int(), z.boolean()])),
    next: objectId.exactOptional(),
  }),
  'objects.fetch': z.strictObject({ bundle: objectBundle.nullable() }),
  'objects.create': z.strictObject({}),
  'objects.change': z.strictObject({}),
  forward: z.strictObject({ body: bytes }),
  evidence: z.strictObject({ evidence: bytes }),
  'session.open': z.strictObject({ session: sessionId, message: bytes }),
  'session.frame': z.strictObject({ frame: bytes }),
  'session.close': z.strictObject({}),
  time: timeAnswer,
  ...countAnswers,
  ...placementAnswers,
  ...cancelledAnswers,
  'kmip.caller': kmipCallerAnswer,
  'kmip.message': kmipMessageAnswer,
  'audit.witness': witnessAnswer,
  'kmip.wait': kmipWaitAnswer,
} as const satisfies Record<PeerRequest['type'], z.ZodType>

export type PeerAnswer<Type extends PeerRequest['type']> = z.infer<(typeof peerAnswers)[Type]>

const refusal = z.strictObject({
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().max(400),
  subject: z.string().max(400).exactOptional(),
})

export const encodePeerRequest = (request: PeerRequest): Bytes => toCbor(request)

export const parsePeerRequest = (untrusted: Bytes): PeerRequest => parseCbor(peerRequest, untrusted)

export const encodePeerAnswer = (answer: Result<CborValue>): Bytes =>
  toCbor(answer.ok ? { value: answer.value } : { refusal: { ...answer.refusal } })

/** Throws `malformed` or `invalid_field` where a peer answers what it may not. */
export const parsePeerAnswer = <Type extends PeerRequest['type']>(
  type: Type,
  untrusted: Bytes,
): Result<PeerAnswer<Type>> => {
  const shape = z.union([z.strictObject({ value: peerAnswers[type] }), z.strictObject({ refusal })])
  const parsed = parseCbor(shape, untrusted)
  if ('refusal' in parsed) return { ok: false, refusal: parsed.refusal }
  return { ok: true, value: (parsed as { readonly value: PeerAnswer<Type> }).value }
}
