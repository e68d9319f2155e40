/**
 * The zone key sealed on its machine: a cache for restarts, bound to mesh, zone and epoch
 * (DESIGN §4). Who opens it may have an old copy, or one of two: it confers nothing by itself.
 *
 *     4 epoch ‖ 24 nonce ‖ ciphertext, for the current key and for those of the next epoch
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Sealing } from '../ports/sealing.ts'
import { cachedKeysMax } from './limits.ts'
import type { ZoneKey } from './zone-keys.ts'

export type CacheOptions = {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly sealing: Sealing
  readonly mesh: MeshId
  readonly zone: ZoneId
}

const epochBytes = 4
const nonceBytes = 24
const sealedBytes = epochBytes + nonceBytes + 32 + 16

const associatedData = (options: CacheOptions, epoch: number): Bytes =>
  utf8(`holdfast zone key v1\0${options.mesh}\0${options.zone}\0${epoch}`)

const sealOne = (options: CacheOptions, key: Bytes, { epoch, secret }: ZoneKey): Bytes => {
  const { crypto, entropy } = options
  const nonce = entropy.bytes(nonceBytes)
  const ciphertext = secret.use((plaintext) =>
    crypto.xchacha20Poly1305.seal({
      key,
      nonce,
      associatedData: associatedData(options, epoch),
      plaintext,
    }),
  )
  const head = new Uint8Array(epochBytes)
  new DataView(head.buffer).setUint32(0, epoch)
  return concat(head, nonce, ciphertext)
}

/** Replaces what was sealed before. */
export const writeCache = async (
  options: CacheOptions,
  zoneKeys: readonly ZoneKey[],
): Promise<void> => {
  const key = await options.sealing.key()
  const sealed = zoneKeys.map((zoneKey) => sealOne(options, key, zoneKey))
  key.fill(0)
  await options.sealing.write(concat(...sealed))
}

const openOne = (options: CacheOptions, key: Bytes, sealed: Bytes): ZoneKey | undefined => {
  const { crypto } = options
  const epoch = new DataView(sealed.buffer, sealed.byteOffset).getUint32(0)
  const plaintext = crypto.xchacha20Poly1305.open({
    key,
    nonce: sealed.subarray(epochBytes, epochBytes + nonceBytes),
    associatedData: associatedData(options, epoch),
    ciphertext: sealed.subarray(epochBytes + nonceBytes),
  })
  return plaintext === undefined ? undefined : { epoch, secret: crypto.secretFrom(plaintext) }
}

/** What this machine opens for this mesh and zone; none where nothing is sealed. */
export const readCache = async (options: CacheOptions): Promise<readonly ZoneKey[]> => {
  const sealed = (await options.sealing.read()) ?? new Uint8Array()
  if (sealed.length % sealedBytes !== 0 || sealed.length > cachedKeysMax * sealedBytes) return []
  const key = await options.sealing.key()
  const opened: ZoneKey[] = []
  for (let from = 0; from < sealed.length; from += sealedBytes) {
    const zoneKey = openOne(options, key, sealed.subarray(from, from + sealedBytes))
    if (zoneKey !== undefined) opened.push(zoneKey)
  }
  key.fill(0)
  return opened
}
