/**
 * The zone key: made in the enclave, kept sealed on the machine as a cache for restarts, bound to
 * mesh, zone and epoch (DESIGN §4).
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Sealing } from '../ports/sealing.ts'
import type { Store } from '../ports/store.ts'
import { zoneEpochName } from './names.ts'
import { openRecord, sealRecord, type ZoneKey } from './record-seal.ts'

export type ZoneKeyOptions = {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly sealing: Sealing
  readonly store: Store
  readonly mesh: MeshId
  readonly zone: ZoneId
}

const nonceBytes = 24
const firstEpoch = 1

const associatedData = (options: ZoneKeyOptions, epoch: number): Bytes =>
  utf8(`holdfast zone key v1\0${options.mesh}\0${options.zone}\0${epoch}`)

const seal = async (options: ZoneKeyOptions, zoneKey: ZoneKey): Promise<Bytes> => {
  const nonce = options.entropy.bytes(nonceBytes)
  const key = await options.sealing.key()
  const ciphertext = zoneKey.secret.use((plaintext) =>
    options.crypto.xchacha20Poly1305.seal({
      key,
      nonce,
      associatedData: associatedData(options, zoneKey.epoch),
      plaintext,
    }),
  )
  key.fill(0)
  return concat(Uint8Array.of(zoneKey.epoch), nonce, ciphertext)
}

const unseal = async (options: ZoneKeyOptions, sealed: Bytes): Promise<ZoneKey | undefined> => {
  const [epoch] = sealed
  if (epoch === undefined || sealed.length !== 1 + nonceBytes + 32 + 16) return undefined
  const key = await options.sealing.key()
  const plaintext = options.crypto.xchacha20Poly1305.open({
    key,
    nonce: sealed.subarray(1, 1 + nonceBytes),
    associatedData: associatedData(options, epoch),
    ciphertext: sealed.subarray(1 + nonceBytes),
  })
  key.fill(0)
  if (plaintext === undefined) return undefined
  return { epoch, secret: options.crypto.secretFrom(plaintext) }
}

const generate = (options: ZoneKeyOptions): ZoneKey => {
  const secret: Secret = options.crypto.secret(32)
  secret.use((bytes) => options.entropy.fill(bytes))
  return { epoch: firstEpoch, secret }
}

/** The key must open the record that its making created; else the store is another zone's. */
const matches = async (options: ZoneKeyOptions, zoneKey: ZoneKey): Promise<boolean> => {
  const found = await options.store.get(zoneEpochName)
  return (
    found !== undefined &&
    openRecord({ ...options, zoneKey }, zoneEpochName, found.value) !== undefined
  )
}

/**
 * The zone key of this store. Refuses `not_ready` where the store has records of a key that this
 * machine cannot open: such a zone counts as vanished and is refilled into an empty store.
 */
export const openZoneKey = async (options: ZoneKeyOptions): Promise<Result<ZoneKey>> => {
  const sealed = await options.sealing.read()
  const cached = sealed === undefined ? undefined : await unseal(options, sealed)
  if (cached !== undefined) {
    if (await matches(options, cached)) return accept(cached)
    cached.secret[Symbol.dispose]()
    if ((await options.store.get(zoneEpochName)) !== undefined) {
      return refuse('not_ready', 'the store was sealed under another zone key')
    }
  } else if ((await options.store.get(zoneEpochName)) !== undefined) {
    return refuse('not_ready', 'this machine cannot open the key of its zone')
  }
  const zoneKey = generate(options)
  // Sealed first: a crash between leaves a key without records, never records without a key.
  await options.sealing.write(await seal(options, zoneKey))
  const value = sealRecord(
    { ...options, zoneKey },
    { name: zoneEpochName, version: { epoch: firstEpoch, version: 1 }, payload: utf8('1') },
  )
  const outcome = await options.store.commit({
    conditions: [{ key: zoneEpochName, revision: 'absent' }],
    writes: [{ type: 'put', key: zoneEpochName, value }],
  })
  if (outcome.outcome === 'applied') return accept(zoneKey)
  zoneKey.secret[Symbol.dispose]()
  return refuse('not_ready', 'another node made the key of this zone at the same time')
}
