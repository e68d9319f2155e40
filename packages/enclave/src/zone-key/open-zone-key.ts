/**
 * How a node comes by the key of its zone: made where the zone is new, opened from the machine's
 * cache, or given by an attested peer of the same zone (DESIGN §4).
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import { zoneEpochName } from '../records/names.ts'
import { reading } from '../records/reading.ts'
import { openEpoch, sealEpoch } from './epoch-record.ts'
import { handoverRetryMs, refillEveryMs, zoneKeyWaitMs } from './limits.ts'
import { type CacheOptions, readCache, writeCache } from './sealed-cache.ts'
import type { ZoneKey } from './zone-keys.ts'

export type ZoneKeyOptions = CacheOptions & {
  readonly store: Store
  /** Of the manifest in force: a key that is made now is made under it. */
  readonly serial: number
}

export type OpenedZoneKey = {
  readonly zoneKey: ZoneKey
  /** Made in this boot: no record was ever sealed under it. */
  readonly fresh: boolean
}

export type AwaitedZoneKey = ZoneKeyOptions & {
  readonly clock: Clock
  /** False: what this machine and its store have is not the zone's key. */
  readonly lookHere: boolean
  /** A fresh key, once the other zones agree that the zone's last one is gone. */
  refill(): Promise<ZoneKey | undefined>
  /** Asks the peers of the own zone once. */
  ask(): Promise<ZoneKey | undefined>
  /** Told once where the node has to wait. */
  waiting(): void
  stopping(): boolean
}

const firstEpoch = 1

export const generateZoneKey = (
  options: Pick<ZoneKeyOptions, 'crypto' | 'entropy'>,
  epoch: number,
): ZoneKey => {
  const secret: Secret = options.crypto.secret(32)
  secret.use((bytes) => options.entropy.fill(bytes))
  return { epoch, secret }
}

/** `absent`: an empty store. `other`: the store is under another key, or of another zone. */
const tryKey = async (
  options: ZoneKeyOptions,
  zoneKey: ZoneKey,
): Promise<'opens' | 'absent' | 'other'> => {
  const found = await reading(() => options.store.get(zoneEpochName))
  if (found === undefined) return 'absent'
  const record = openEpoch(options, zoneKey, found.value)
  record?.previous?.secret[Symbol.dispose]()
  return record === undefined ? 'other' : 'opens'
}

/** Writes `zone/epoch`, once for a store. False where another was first. */
const begin = async (options: ZoneKeyOptions, zoneKey: ZoneKey): Promise<boolean> => {
  const value = sealEpoch(options, zoneKey, { serial: options.serial })
  const outcome = await options.store.commit({
    conditions: [{ key: zoneEpochName, revision: 'absent' }],
    writes: [{ type: 'put', key: zoneEpochName, value }],
  })
  if (outcome.outcome === 'applied') return true
  // An outcome that was not told is in the store.
  return outcome.outcome === 'unknown' && (await tryKey(options, zoneKey)) === 'opens'
}

/** The cached key that this store is under, or is begun under where it is empty. */
const openCached = async (
  options: ZoneKeyOptions,
  cached: readonly ZoneKey[],
): Promise<ZoneKey | undefined> => {
  for (const zoneKey of cached) {
    const tried = await tryKey(options, zoneKey)
    if (tried === 'opens') return zoneKey
    // An empty store under a key that is kept: the zone lost its records, not its key.
    if (tried === 'absent' && (await begin(options, zoneKey))) return zoneKey
  }
  return undefined
}

/** From the cache, or made for an empty store; undefined where the store is under another key. */
const openHere = async (options: ZoneKeyOptions): Promise<Result<OpenedZoneKey> | undefined> => {
  const cached = await readCache(options)
  if (cached.length > 0) {
    const opened = await openCached(options, cached)
    for (const one of cached) if (one !== opened) one.secret[Symbol.dispose]()
    return opened === undefined ? undefined : accept({ zoneKey: opened, fresh: false })
  }
  if ((await reading(() => options.store.get(zoneEpochName))) !== undefined) return undefined
  const zoneKey = generateZoneKey(options, firstEpoch)
  // Sealed first: a crash between leaves a key without records, never records without a key.
  await writeCache(options, [zoneKey])
  if (await begin(options, zoneKey)) return accept({ zoneKey, fresh: true })
  // Another node of the zone was first: it gives its key.
  zoneKey.secret[Symbol.dispose]()
  return undefined
}

/** One attempt at a peer's key; it must open this store, or it is not this zone's. */
const receive = async (options: AwaitedZoneKey): Promise<OpenedZoneKey | undefined> => {
  const zoneKey = await options.ask()
  if (zoneKey === undefined) return undefined
  if ((await tryKey(options, zoneKey)) !== 'opens') {
    zoneKey.secret[Symbol.dispose]()
    return undefined
  }
  await writeCache(options, [zoneKey])
  return { zoneKey, fresh: false }
}

/** Pages of records that no key opens any more. */
const erasePage = 500

/**
 * Empties a store whose key is lost, and begins it under another. The others have admitted that
 * key: what stood here under the last one is gone already.
 */
const beginAgain = async (options: AwaitedZoneKey, zoneKey: ZoneKey): Promise<boolean> => {
  const { store } = options
  await writeCache(options, [zoneKey])
  for (;;) {
    const { records } = await reading(() => store.scan('', { limit: erasePage }))
    if (records.length === 0) break
    const erased = await store.commit({
      conditions: [],
      writes: records.map(({ key }) => ({ type: 'delete', key })),
    })
    if (erased.outcome === 'not_applied') return false
  }
  return begin(options, zoneKey)
}

/**
 * The zone key of this store. Where the store is under a key that this machine cannot open, peers
 * of the zone are asked until one gives it; so also where two nodes begin an empty store at once.
 * Refuses `zone_key_unavailable` where no peer gave it in time.
 */
export const openZoneKey = async (options: AwaitedZoneKey): Promise<Result<OpenedZoneKey>> => {
  const here = options.lookHere ? await openHere(options) : undefined
  if (here !== undefined) return here
  options.waiting()
  for (let waitedMs = 0; waitedMs < zoneKeyWaitMs; waitedMs += handoverRetryMs) {
    if (options.stopping()) break
    const received = await receive(options)
    if (received !== undefined) return accept(received)
    // On a shared store whoever has the key may be starting too.
    const isEarly = waitedMs === 0 && options.store.sharing === 'shared'
    const isTime = waitedMs % refillEveryMs === 0 && !isEarly
    const refilled = isTime ? await options.refill() : undefined
    if (refilled !== undefined && (await beginAgain(options, refilled))) {
      return accept({ zoneKey: refilled, fresh: true })
    }
    await options.clock.sleep(handoverRetryMs)
    // What this node itself began may have been applied late.
    const late = await openHere(options)
    if (late !== undefined) return late
  }
  return refuse('zone_key_unavailable', 'neither this machine nor a peer has the key of the zone')
}
