/**
 * The sealed form of a record (DESIGN §4): XChaCha20-Poly1305 under a subkey of the zone key for
 * this name, bound to mesh, zone, name, the key's epoch and the record's version.
 *
 *     1 byte form ‖ 4 zone key epoch ‖ 4 record epoch ‖ 4 record version ‖ 24 nonce ‖ ciphertext
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { ZoneKey, ZoneKeys } from '../zone-key/zone-keys.ts'
import type { RecordName } from './names.ts'

const form = 1
const headerBytes = 13
const nonceBytes = 24

/** Orders the versions of one record: by epoch, then by version. */
export type RecordVersion = { readonly epoch: number; readonly version: number }

export type SealContext = {
  readonly crypto: Crypto
  readonly mesh: MeshId
  readonly zone: ZoneId
  readonly zoneKeys: ZoneKeys
}

const headerOf = (zoneKeyEpoch: number, version: RecordVersion): Bytes => {
  const header = new Uint8Array(headerBytes)
  const view = new DataView(header.buffer)
  view.setUint8(0, form)
  view.setUint32(1, zoneKeyEpoch)
  view.setUint32(5, version.epoch)
  view.setUint32(9, version.version)
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
  record: { readonly name: RecordName; readonly version: RecordVersion; readonly payload: Bytes },
): Bytes => {
  const zoneKey = context.zoneKeys.current()
  const header = headerOf(zoneKey.epoch, record.version)
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

/** Undefined where the bytes are not what this zone sealed under this name. */
export const openRecord = (
  context: SealContext,
  name: RecordName,
  untrustedSealed: Bytes,
): { readonly version: RecordVersion; readonly payload: Bytes } | undefined => {
  if (untrustedSealed.length < headerBytes + nonceBytes + 16) return undefined
  const header = untrustedSealed.subarray(0, headerBytes)
  const view = new DataView(header.buffer, header.byteOffset, headerBytes)
  const zoneKey = context.zoneKeys.of(view.getUint32(1))
  if (view.getUint8(0) !== form || zoneKey === undefined) return undefined
  const payload = withSubkey(context, zoneKey, name, (key) =>
    context.crypto.xchacha20Poly1305.open({
      key,
      nonce: untrustedSealed.subarray(headerBytes, headerBytes + nonceBytes),
      associatedData: associatedData(context, name, header),
      ciphertext: untrustedSealed.subarray(headerBytes + nonceBytes),
    }),
  )
  if (payload === undefined) return undefined
  return { version: { epoch: view.getUint32(5), version: view.getUint32(9) }, payload }
}
