/**
 * What `zone/epoch` says, under the zone key itself: the serial of the manifest that this key was
 * made under and, while a rotation is not over, the key before (DESIGN §4). Who has the current key
 * can open what the one before sealed; who has the one before cannot open this record.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { attempt } from '@holdfast/base/errors'
import { bytes } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import { zoneEpochName } from '../records/names.ts'
import { openRecord, type SealContext, sealRecord } from '../records/record-seal.ts'
import { oneZoneKey, type ZoneKey } from './zone-keys.ts'

const schema = z.strictObject({
  serial: z.int().min(1),
  previous: z.strictObject({ epoch: z.int().min(1), key: bytes }).exactOptional(),
})

export type EpochRecord = {
  /** Of the manifest that the key was made under. */
  readonly serial: number
  /** The key before, while records may be sealed under it. */
  readonly previous?: ZoneKey
}

type EpochContext = Omit<SealContext, 'zoneKeys'>

/** Versions of the record of one key: with the key before, and at rest. */
const rotating = 1
const atRest = 2

export const sealEpoch = (
  context: EpochContext & { readonly entropy: Entropy },
  zoneKey: ZoneKey,
  { serial, previous }: EpochRecord,
): Bytes => {
  const key = previous?.secret.use((secret) => Uint8Array.from(secret))
  const of = previous === undefined || key === undefined ? {} : { epoch: previous.epoch, key }
  const payload = toCbor({ serial, ...(key === undefined ? {} : { previous: of }) })
  const version = { epoch: zoneKey.epoch, version: key === undefined ? atRest : rotating }
  const sealed = sealRecord(
    { ...context, zoneKeys: oneZoneKey(zoneKey) },
    { name: zoneEpochName, version, payload },
  )
  key?.fill(0)
  payload.fill(0)
  return sealed
}

/** Before keys were rotated the record held the epoch of the zone's first key, in decimal. */
const isOldForm = (payload: Bytes): boolean =>
  payload.length <= 10 && payload.every((byte) => byte >= 0x30 && byte <= 0x39)

const parse = (crypto: Crypto, payload: Bytes): EpochRecord | undefined => {
  if (isOldForm(payload)) return { serial: 1 }
  const parsed = attempt(() => parseCbor(schema, payload))
  if (!parsed.ok) return undefined
  const { serial, previous } = parsed.value
  if (previous === undefined) return { serial }
  const { epoch, key } = previous
  return key.length === 32
    ? { serial, previous: { epoch, secret: crypto.secretFrom(key) } }
    : undefined
}

/** Undefined where the store is not under this key. The caller erases `previous`. */
export const openEpoch = (
  context: EpochContext,
  zoneKey: ZoneKey,
  untrustedSealed: Bytes,
): EpochRecord | undefined => {
  const zoneKeys = oneZoneKey(zoneKey)
  const opened = openRecord({ ...context, zoneKeys }, zoneEpochName, untrustedSealed)
  if (opened === undefined) return undefined
  const record = parse(context.crypto, opened.payload)
  opened.payload.fill(0)
  return record
}
