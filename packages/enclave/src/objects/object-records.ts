/** How managed objects stand in the store: the payload once, the state in versions. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { bytes, hex, objectId, walletId } from '@holdfast/base/schema'
import { z } from 'zod'
import { stateEpochsMax } from '../limits.ts'
import type { Crypto } from '../ports/crypto.ts'

const version = { epoch: z.int().min(1), version: z.int().min(1) }

const stateSchema = z.strictObject({
  format: z.literal('holdfast state v1'),
  object: objectId,
  wallet: walletId,
  ...version,
  /** SHA-256 of the previous version's record; null in the first. */
  previous: hex(32).nullable(),
  /** Random, so that the hash of the record says nothing of its content. */
  salt: hex(16),
  /** When it was made, and its place among those made together. */
  createdAtMs: z.int().min(0),
  place: z.int().min(0),
  destroyed: z.boolean(),
  /** The version that somebody asked for last, where a new home made this one of it, and when. */
  asked: z.strictObject({ ...version, atMs: z.int().min(0) }).exactOptional(),
  /** Of each earlier epoch the last version that this one contains; the oldest first. */
  ends: z.array(z.strictObject(version)).max(stateEpochsMax).exactOptional(),
  state: bytes,
})

/** One version of an object's state, with the record's exact bytes and their hash. */
export type StateEntry = z.infer<typeof stateSchema> & {
  readonly payload: Bytes
  readonly hash: string
}

const payloadSchema = z.strictObject({
  format: z.literal('holdfast managed object v1'),
  object: objectId,
  wallet: walletId,
  salt: hex(16),
  payload: bytes,
})

/** Fails with `malformed` or `invalid_field`. */
export const parseState = (record: Bytes, crypto: Crypto): StateEntry => ({
  ...parseCbor(stateSchema, record),
  payload: record,
  hash: toHex(crypto.sha256(record)),
})

export const encodeState = (
  state: Omit<z.infer<typeof stateSchema>, 'format'>,
  crypto: Crypto,
): StateEntry => {
  const fields = { format: 'holdfast state v1' as const, ...state }
  const payload = toCbor(fields)
  return { ...fields, payload, hash: toHex(crypto.sha256(payload)) }
}

export const parsePayload = (record: Bytes): z.infer<typeof payloadSchema> =>
  parseCbor(payloadSchema, record)

export const encodePayload = (object: {
  readonly object: ObjectId
  readonly wallet: WalletId
  readonly salt: string
  readonly payload: Bytes
}): Bytes => toCbor({ format: 'holdfast managed object v1', ...object })
