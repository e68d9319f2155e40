/**
 * The zone key sealed on its machine: a cache for restarts, bound to mesh, zone and epoch
 * (DESIGN §4). Who opens it may have an old copy, or one of two: it confers nothing by itself.
 *
 *     4 epoch ‖ 24 nonce ‖ ciphertext
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Sealing } from '../ports/sealing.ts'
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

/** Replaces what was sealed before. */
export const writeCache = async (options: CacheOptions, zoneKey: ZoneKey): Promise<void> => {
  const { crypto, entropy, sealing } = options
  const { epoch, secret } = zoneKey
  const nonce = entropy.bytes(nonceBytes)
  const key = await sealing.key()
  const ciphertext = secret.use((plaintext) =>
    crypto.xchacha20Poly1305.seal({
      key,
      nonce,
      associatedData: associatedData(options, epoch),
      plaintext,
    }),
  )
  key.fill(0)
  const head = new Uint8Array(epochBytes)
  new DataView(head.buffer).setUint32(0, epoch)
  await sealing.write(concat(head, nonce, ciphertext))
}

/** Undefined where nothing is sealed that this machine opens for this mesh and zone. */
export const readCache = async (options: CacheOptions): Promise<ZoneKey | undefined> => {
  const { crypto, sealing } = options
  const sealed = await sealing.read()
  if (sealed?.length !== sealedBytes) return undefined
  const epoch = new DataView(sealed.buffer, sealed.byteOffset).getUint32(0)
  const key = await sealing.key()
  const plaintext = crypto.xchacha20Poly1305.open({
    key,
    nonce: sealed.subarray(epochBytes, epochBytes + nonceBytes),
    associatedData: associatedData(options, epoch),
    ciphertext: sealed.subarray(epochBytes + nonceBytes),
  })
  key.fill(0)
  return plaintext === undefined ? undefined : { epoch, secret: crypto.secretFrom(plaintext) }
}
