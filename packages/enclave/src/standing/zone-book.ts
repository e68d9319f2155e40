/**
 * What this node knows of every zone: the key that was admitted, kept in the store as
 * `zone-key/{zone}`, and the boots that stand, in memory alone.
 */
import { type CborValue, parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result } from '@holdfast/base/errors'
import { type BootId, ZoneId } from '@holdfast/base/ids'
import { hex } from '@holdfast/base/schema'
import { z } from 'zod'
import { zoneKeyName, zoneKeyPrefix } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import { bootsPerZoneMax } from './limits.ts'
import type { ZoneEntry } from './messages.ts'

export type KnownZone = {
  readonly epoch: number
  readonly keyId: string
  readonly shared: boolean
  /** Boots that stand, each with its number. */
  readonly boots: ReadonlyMap<BootId, number>
}

export type ZoneBook = {
  of(zone: ZoneId): KnownZone | undefined
  /** Whether this boot stands for its zone. */
  stands(zone: ZoneId, boot: BootId): boolean
  entries(): readonly ZoneEntry[]
  /** Reads what the store remembers; from then on what is learned is stored. */
  load(records: Records, own: ZoneId): Promise<void>
  /** The store is no longer this node's: nothing more is stored. */
  unload(): void
  /** Remembers a zone's key, durably where there is a store. Refuses as `commit` does. */
  admit(zone: ZoneId, key: Pick<KnownZone, 'epoch' | 'keyId'>): Promise<Result<void>>
  /** The own zone's key as this boot has it; in memory alone. */
  setOwn(zone: ZoneId, key: Pick<KnownZone, 'epoch' | 'keyId'>): void
  /** The boot stands from now on; without a shared store it alone does. */
  stand(zone: ZoneId, boot: { readonly id: BootId; order: number; shared: boolean }): void
}

const stored = z.strictObject({ epoch: z.int().min(1), keyId: hex(32) })

/** The latest boots of a zone whose nodes share a store. */
const bounded = (boots: ReadonlyMap<BootId, number>): ReadonlyMap<BootId, number> =>
  new Map([...boots].toSorted((left, right) => right[1] - left[1]).slice(0, bootsPerZoneMax))

export const createZoneBook = (): ZoneBook => {
  const zones = new Map<ZoneId, KnownZone>()
  let records: Records | undefined
  const store = async (
    zone: ZoneId,
    key: Pick<KnownZone, 'epoch' | 'keyId'>,
  ): Promise<Result<void>> => {
    // Held for this call: the store may cease to be this node's meanwhile.
    const into = records
    if (into === undefined) return accept(undefined)
    const name = zoneKeyName(zone)
    const before = await into.read(name)
    if (before !== undefined && before.version.epoch >= key.epoch) return accept(undefined)
    const version = { epoch: key.epoch, version: 1 }
    const payload = toCbor({ epoch: key.epoch, keyId: key.keyId } satisfies CborValue)
    const outcome = await into.commit({
      conditions: [{ key: name, revision: before?.revision ?? 'absent' }],
      writes: [into.put(name, version, payload)],
    })
    return outcome.ok ? accept(undefined) : outcome
  }

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
        zones.set(zone, { ...key, shared: false, boots: new Map() })
      }
      records = opened
      for (const [zone, key] of zones) if (zone !== own) await store(zone, key)
    },
    unload: () => {
      records = undefined
    },
    admit: async (zone, key) => {
      const outcome = await store(zone, key)
      if (!outcome.ok) return outcome
      const known = zones.get(zone)
      if (known === undefined || known.epoch < key.epoch) {
        const { epoch, keyId } = key
        zones.set(zone, { epoch, keyId, shared: false, boots: new Map() })
      }
      return accept(undefined)
    },
    setOwn: (zone, { epoch, keyId }) => {
      const known = zones.get(zone)
      const same = known?.keyId === keyId
      const boots = same ? known.boots : new Map<BootId, number>()
      zones.set(zone, { epoch, keyId, shared: same && known.shared, boots })
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
