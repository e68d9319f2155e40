/**
 * The sealed form of a record (DESIGN §4): XChaCha20-Poly1305 under a subkey of the zone key for
 * this name, bound to mesh, zone, name, the key's epoch and the record's version.
 *
 *     1 byte form ‖ 4 zone key epoch ‖ 4 record epoch ‖ 4 record version ‖ 24 nonce ‖ ciphertext
 *
 * Form 2 has the revision of the commit that wrote what is inside, 8 bytes, after the version: it
 * was sealed again since, under a later key, and who knows that revision knows the record still.
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Revision } from '../ports/store.ts'
import type { ZoneKey, ZoneKeys } from '../zone-key/zone-keys.ts'
import type { RecordName } from './names.ts'

const plainForm = 1
const resealedForm = 2
const headerBytes: Readonly<Record<number, number>> = { [plainForm]: 13, [resealedForm]: 21 }
const nonceBytes = 24

/** Orders the versions of one record: by epoch, then by version. */
export type RecordVersion = { readonly epoch: number; readonly version: number }

export type SealContext = {
  readonly crypto: Crypto
  readonly mesh: MeshId
  readonly zone: ZoneId
  readonly zoneKeys: ZoneKeys
}

type ToSeal = {
  readonly name: RecordName
  readonly version: RecordVersion
  readonly payload: Bytes
  /** The revision that wrote it, where it is sealed again. */
  readonly written?: Revision
}

export type Unsealed = Omit<ToSeal, 'name'>

const headerOf = (zoneKeyEpoch: number, { version, written }: ToSeal): Bytes => {
  const form = written === undefined ? plainForm : resealedForm
  const header = new Uint8Array(headerBytes[form] as number)
  const view = new DataView(header.buffer)
  view.setUint8(0, form)
  view.setUint32(1, zoneKeyEpoch)
  view.setUint32(5, version.epoch)
  view.setUint32(9, version.version)
  if (written !== undefined) view.setBigUint64(13, written)
  return header
}

const associatedData = (context: SealContext, name: RecordName, header: Bytes): Bytes =>
  concat(utf8(`holdfast record v1\0${context.mesh}\0${context.zone}\0${name}\0`), header)

const withSubkey = <Value>(
  context: SealContext,
  { secret }: ZoneKey,
  name: RecordName,
  action: (key: Bytes) => Value,
): Value => {
  const key = secret.use((zoneKey) =>
    context.crypto.hkdfSha256({
      key: zoneKey,
      salt: utf8('holdfast record key v1'),
      info: utf8(name),
      length: 32,
    }),
  )
  try {
    return action(key)
  } finally {
    key.fill(0)
  }
}

export const sealRecord = (
  context: SealContext & { readonly entropy: Entropy },
  record: ToSeal,
): Bytes => {
  const zoneKey = context.zoneKeys.current()
  const header = headerOf(zoneKey.epoch, record)
  const nonce = context.entropy.bytes(nonceBytes)
  const ciphertext = withSubkey(context, zoneKey, record.name, (key) =>
    context.crypto.xchacha20Poly1305.seal({
      key,
      nonce,
      associatedData: associatedData(context, record.name, header),
      plaintext: record.payload,
    }),
  )
  return concat(header, nonce, ciphertext)
}

/** The epoch of the key that sealed these bytes, as they say; undefined where they are short. */
export const sealedEpoch = (untrustedSealed: Bytes): number | undefined =>
  untrustedSealed.length < 5
    ? undefined
    : new DataView(untrustedSealed.buffer, untrustedSealed.byteOffset).getUint32(1)

/** Undefined where the bytes are not what this zone sealed under this name. */
export const openRecord = (
  context: SealContext,
  name: RecordName,
  untrustedSealed: Bytes,
): Unsealed | undefined => {
  const form = untrustedSealed[0] ?? 0
  const length = headerBytes[form]
  if (length === undefined || untrustedSealed.length < length + nonceBytes + 16) return undefined
  const header = untrustedSealed.subarray(0, length)
  const view = new DataView(header.buffer, header.byteOffset, length)
  const zoneKey = context.zoneKeys.of(view.getUint32(1))
  if (zoneKey === undefined) return undefined
  const payload = withSubkey(context, zoneKey, name, (key) =>
    context.crypto.xchacha20Poly1305.open({
      key,
      nonce: untrustedSealed.subarray(length, length + nonceBytes),
      associatedData: associatedData(context, name, header),
      ciphertext: untrustedSealed.subarray(length + nonceBytes),
    }),
  )
  if (payload === undefined) return undefined
  const version = { epoch: view.getUint32(5), version: view.getUint32(9) }
  return form === resealedForm
    ? { version, payload, written: view.getBigUint64(13) }
    : { version, payload }
}
