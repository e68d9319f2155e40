/**
 * One allocation of locked memory, handed out in slots. libsodium keeps guard pages around it, and
 * leaves it out of core dumps; many small allocations would exhaust the mappings of the process.
 */
import { readFileSync } from 'node:fs'
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import { sodium } from './sodium.ts'

export type ArenaClass = { readonly slotBytes: number; readonly slots: number }

export type Arena = Disposable & {
  /** A zeroed view of exactly `length` bytes; `limit_reached` where no slot is large enough. */
  take(length: number): Bytes
  /** Erases a view that `take` gave, and its slot with it. */
  release(view: Bytes): void
  secret(length: number): Secret
  report(): { readonly slots: number; readonly used: number; readonly locked: boolean }
}

/** Bytes of this process that are locked, as Linux says; undefined on other systems. */
const lockedBytes = (): number | undefined => {
  try {
    const match = /^VmLck:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return match === null ? undefined : Number(match[1]) * 1024
  } catch {
    return undefined
  }
}

type Region = {
  readonly start: number
  readonly end: number
  readonly slotBytes: number
  /** A stack of the free slots' numbers; the first `freeCount` are valid. */
  readonly free: Int32Array
  /** 1 while a slot is lent: a slot given back twice would be lent to two owners. */
  readonly lent: Uint8Array
  freeCount: number
}

const layOut = (classes: readonly ArenaClass[]): readonly Region[] => {
  let start = 0
  return classes
    .toSorted((left, right) => left.slotBytes - right.slotBytes)
    .map(({ slotBytes, slots }) => {
      const region = {
        start,
        end: start + slotBytes * slots,
        slotBytes,
        free: Int32Array.from({ length: slots }, (_, slot) => slots - 1 - slot),
        lent: new Uint8Array(slots),
        freeCount: slots,
      }
      start = region.end
      return region
    })
}

export const createArena = (classes: readonly ArenaClass[]): Arena => {
  const regions = layOut(classes)
  const size = regions.at(-1)?.end ?? 0
  const before = lockedBytes()
  const memory = sodium.sodium_malloc(size)
  const after = lockedBytes()
  // libsodium fills what it gives with 0xdb.
  sodium.sodium_memzero(memory)
  // mlock fails silently past `ulimit -l`: only the difference tells.
  const locked = before !== undefined && after !== undefined && after - before >= size
  let open = true

  const take = (length: number): Bytes => {
    if (!open) throw new Error('invariant broken: locked memory used after its release')
    const region = regions.find(({ slotBytes, freeCount }) => slotBytes >= length && freeCount > 0)
    if (region === undefined) return fail('limit_reached', 'no locked memory is left')
    region.freeCount -= 1
    const slot = region.free[region.freeCount] as number
    region.lent[slot] = 1
    const offset = region.start + slot * region.slotBytes
    return new Uint8Array(memory.buffer, memory.byteOffset + offset, length)
  }

  const release = (view: Bytes): void => {
    // The whole arena was erased already.
    if (!open) return
    const offset = view.byteOffset - memory.byteOffset
    const region = regions.find(({ start, end }) => offset >= start && offset < end)
    if (region === undefined || view.buffer !== memory.buffer) {
      throw new Error('invariant broken: not a slot of this arena')
    }
    const slot = (offset - region.start) / region.slotBytes
    if (region.lent[slot] !== 1) throw new Error('invariant broken: slot released twice')
    sodium.sodium_memzero(memory.subarray(offset, offset + region.slotBytes))
    region.lent[slot] = 0
    region.free[region.freeCount] = slot
    region.freeCount += 1
  }

  return {
    take,
    release,
    secret: (length) => new BufferSecret(take(length), release),
    report: () => {
      const slots = regions.reduce((sum, { free }) => sum + free.length, 0)
      const unused = regions.reduce((sum, { freeCount }) => sum + freeCount, 0)
      return { slots, used: slots - unused, locked }
    },
    [Symbol.dispose]: () => {
      if (!open) return
      open = false
      sodium.sodium_memzero(memory)
      sodium.sodium_free(memory)
    },
  }
}
