/**
 * What this node knows of every zone: the key that was admitted, kept in the store as
 * `zone-key/{zone}`, and the boots that stand, in memory alone.
 */
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result } from '@holdfast/base/errors'
import { type BootId, ZoneId } from '@holdfast/base/ids'
import { hex } from '@holdfast/base/schema'
import { z } from 'zod'
import { zoneKeyName, zoneKeyPrefix } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import { bootsPerZoneMax, nextKeysMax } from './limits.ts'
import type { ZoneEntry } from './messages.ts'

export type KnownZone = {
  readonly epoch: number
  readonly keyId: string
  /** Ids of keys of the next epoch that its boots have announced, the last at the end. */
  readonly next: readonly string[]
  readonly shared: boolean
  /** Boots that stand, each with its number. */
  readonly boots: ReadonlyMap<BootId, number>
}

type KnownKey = Pick<KnownZone, 'epoch' | 'keyId'>

export type ZoneBook = {
  of(zone: ZoneId): KnownZone | undefined
  /** Whether this boot stands for its zone. */
  stands(zone: ZoneId, boot: BootId): boolean
  entries(): readonly ZoneEntry[]
  /** Reads what the store remembers; from then on what is learned is stored. */
  load(records: Records, own: ZoneId): Promise<void>
  /** The store is no longer this node's: nothing more is stored. */
  unload(): void
  /**
   * Remembers a zone's key, durably where there is a store; where it was `rotated`, the boots that
   * stood stand still. Refuses as `commit` does.
   */
  admit(zone: ZoneId, key: KnownKey, rotated?: 'rotated'): Promise<Result<void>>
  /** Remembers that a zone is about to take this key into use. Refuses as `commit` does. */
  announced(zone: ZoneId, next: string): Promise<Result<void>>
  /** The own zone's key as this boot has it; in memory alone. */
  setOwn(zone: ZoneId, key: KnownKey, rotated?: 'rotated'): void
  /** The boot stands from now on; without a shared store it alone does. */
  stand(zone: ZoneId, boot: { readonly id: BootId; order: number; shared: boolean }): void
}

const stored = z.strictObject({
  epoch: z.int().min(1),
  keyId: hex(32),
  next: z.array(hex(32)).max(nextKeysMax).exactOptional(),
})

/** The latest boots of a zone whose nodes share a store. */
const bounded = (boots: ReadonlyMap<BootId, number>): ReadonlyMap<BootId, number> =>
  new Map([...boots].toSorted((left, right) => right[1] - left[1]).slice(0, bootsPerZoneMax))

const withKey = ({ epoch, keyId }: KnownKey) => ({ epoch, keyId, next: [] })
const standing = (known: KnownZone | undefined) => ({
  shared: known?.shared ?? false,
  boots: known?.boots ?? new Map<BootId, number>(),
})

/** Unless a later key, or the same and nothing new of it, stands there. */
const storeKey = async (
  into: Records | undefined,
  zone: ZoneId,
  key: KnownKey,
  next: readonly string[],
): Promise<Result<void>> => {
  if (into === undefined) return accept(undefined)
  const name = zoneKeyName(zone)
  const before = await into.read(name)
  const held = before === undefined ? 0 : before.version.epoch
  if (held > key.epoch || (held === key.epoch && next.length === 0)) return accept(undefined)
  const number = held === key.epoch ? (before?.version.version ?? 0) + 1 : 1
  const { epoch, keyId } = key
  const payload = toCbor({ epoch, keyId, ...(next.length === 0 ? {} : { next }) })
  const outcome = await into.commit({
    conditions: [{ key: name, revision: before?.revision ?? 'absent' }],
    writes: [into.put(name, { epoch, version: number }, payload)],
  })
  return outcome.ok ? accept(undefined) : outcome
}

export const createZoneBook = (): ZoneBook => {
  const zones = new Map<ZoneId, KnownZone>()
  let records: Records | undefined
  return {
    of: (zone) => zones.get(zone),
    stands: (zone, boot) => zones.get(zone)?.boots.has(boot) === true,
    entries: () =>
      [...zones].map(([zone, { epoch, keyId, shared, boots }]) => ({
        zone,
        epoch,
        keyId,
        shared,
        boots: [...boots],
      })),
    load: async (opened, own) => {
      for await (const { name, payload } of opened.scan(zoneKeyPrefix)) {
        const zone = ZoneId(name.slice(zoneKeyPrefix.length))
        const key = parseCbor(stored, payload)
        const known = zones.get(zone)
        if (known !== undefined && known.epoch >= key.epoch) continue
        zones.set(zone, { next: [], ...key, shared: false, boots: new Map<BootId, number>() })
      }
      records = opened
      for (const [zone, key] of zones) if (zone !== own) await storeKey(opened, zone, key, key.next)
    },
    unload: () => {
      records = undefined
    },
    admit: async (zone, key, rotated) => {
      const outcome = await storeKey(records, zone, key, [])
      if (!outcome.ok) return outcome
      const known = zones.get(zone)
      if (known === undefined || known.epoch < key.epoch) {
        const kept = rotated === undefined ? undefined : known
        zones.set(zone, { ...withKey(key), ...standing(kept) })
      }
      return accept(undefined)
    },
    announced: async (zone, next) => {
      const known = zones.get(zone)
      if (known === undefined || known.next.includes(next)) return accept(undefined)
      const all = [...known.next, next].slice(-nextKeysMax)
      const outcome = await storeKey(records, zone, known, all)
      const now = zones.get(zone)
      if (outcome.ok && now?.epoch === known.epoch) zones.set(zone, { ...now, next: all })
      return outcome
    },
    setOwn: (zone, key, rotated) => {
      const known = zones.get(zone)
      const isKept = known?.keyId === key.keyId || rotated !== undefined
      zones.set(zone, { ...withKey(key), ...standing(isKept ? known : undefined) })
    },
    stand: (zone, { id, order, shared }) => {
      const known = zones.get(zone)
      if (known === undefined) return
      const kept = shared && known.shared ? [...known.boots] : []
      const boots = new Map([...kept, [id, Math.max(order, known.boots.get(id) ?? 0)]])
      zones.set(zone, { ...known, shared, boots: bounded(boots) })
    },
  }
}
