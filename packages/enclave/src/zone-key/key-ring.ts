/**
 * The keys of a zone that a node holds: the current one; the one before, until all that it sealed
 * is sealed again; and keys of the next epoch that the store is not under yet.
 */
import { candidatesMax } from './limits.ts'
import type { ZoneKey, ZoneKeys } from './zone-keys.ts'

export type KeyRing = ZoneKeys & {
  /** The key before, while records may be sealed under it. */
  previous(): ZoneKey | undefined
  /** A key that the store may be under from some moment on; the ring erases it in the end. */
  offer(zoneKey: ZoneKey): void
  candidates(epoch: number): readonly ZoneKey[]
  /** The store is under this key now, and holds records of `previous`, where that is given. */
  advance(to: ZoneKey, previous: ZoneKey | undefined): void
  /** No record is sealed under the key before any more. */
  forgetPrevious(): void
}

const erase = (zoneKey: ZoneKey | undefined): void => zoneKey?.secret[Symbol.dispose]()

export const createKeyRing = (first: ZoneKey): KeyRing => {
  let current = first
  let previous: ZoneKey | undefined
  let offered: readonly ZoneKey[] = []

  return {
    current: () => current,
    previous: () => previous,
    of: (epoch) => {
      if (epoch === current.epoch) return current
      return epoch === previous?.epoch ? previous : undefined
    },
    offer: (zoneKey) => {
      const kept = offered.slice(-(candidatesMax - 1))
      for (const one of offered) if (!kept.includes(one)) erase(one)
      offered = [...kept, zoneKey]
    },
    candidates: (epoch) => offered.filter((one) => one.epoch === epoch),
    advance: (to, before) => {
      for (const one of [current, previous]) if (one !== to && one !== before) erase(one)
      for (const one of offered) if (one !== to) erase(one)
      offered = []
      current = to
      previous = before
    },
    forgetPrevious: () => {
      erase(previous)
      previous = undefined
    },
  }
}
