/** Opened private keys of accounts, kept in locked memory between signatures. */
import type { ObjectId } from '@holdfast/base/ids'
import type { Secret } from '@holdfast/base/secret'
import { openedKeyIdleMs, openedKeysMax } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'

export type OpenedKeys = {
  /**
   * The key at a path and the steps below it, lent: disposing what this gives does nothing, and
   * using it after it has left throws. Undefined where it is not kept.
   */
  get(key: ObjectId, path: string | undefined, steps: readonly number[]): Secret | undefined
  /** Takes a key over; what was kept in its place is erased, and beyond the limit the oldest. */
  put(key: ObjectId, path: string | undefined, steps: readonly number[], secret: Secret): void
  /** Erases all that was opened of one object: it was revoked, destroyed or moved away. */
  invalidate(key: ObjectId): void
  clear(): void
  /** Erases what was not used for `openedKeyIdleMs`; costs what it erases. */
  sweep(): void
  readonly size: number
}

type Kept = { readonly secret: Secret; readonly lent: Secret; readonly usedAtMs: number }

const lend = (secret: Secret): Secret => ({
  get length() {
    return secret.length
  },
  use: (action) => secret.use(action),
  toString: () => '[secret]',
  toJSON: () => '[secret]',
  [Symbol.dispose]: () => undefined,
})

const placeOf = (path: string | undefined, steps: readonly number[]): string =>
  steps.length === 0 ? `${path ?? ''}/` : `${path ?? ''}/${steps.join('/')}`

/** Two levels, by object and by place: `invalidate` costs what it erases. */
export const createOpenedKeys = (
  clock: Pick<Clock, 'nowMs'>,
  limit: number = openedKeysMax,
): OpenedKeys => {
  const objects = new Map<ObjectId, Set<string>>()
  /** In order of use, the least recent first. */
  const recent = new Map<string, Kept>()

  const nameOf = (key: ObjectId, place: string): string => `${key} ${place}`
  const erase = (key: ObjectId, place: string): void => {
    const name = nameOf(key, place)
    recent.get(name)?.secret[Symbol.dispose]()
    recent.delete(name)
    const places = objects.get(key)
    places?.delete(place)
    if (places?.size === 0) objects.delete(key)
  }
  const eraseOldest = (): void => {
    const [oldest] = recent.keys()
    if (oldest === undefined) return
    const space = oldest.indexOf(' ')
    erase(oldest.slice(0, space) as ObjectId, oldest.slice(space + 1))
  }

  return {
    get: (key, path, steps) => {
      const name = nameOf(key, placeOf(path, steps))
      const kept = recent.get(name)
      if (kept === undefined) return undefined
      recent.delete(name)
      recent.set(name, { ...kept, usedAtMs: clock.nowMs() })
      return kept.lent
    },
    put: (key, path, steps, secret) => {
      const place = placeOf(path, steps)
      erase(key, place)
      while (recent.size >= limit) eraseOldest()
      const usedAtMs = clock.nowMs()
      recent.set(nameOf(key, place), { secret, lent: lend(secret), usedAtMs })
      const places = objects.get(key) ?? new Set<string>()
      objects.set(key, places.add(place))
    },
    invalidate: (key) => {
      for (const place of objects.get(key) ?? []) erase(key, place)
    },
    clear: () => {
      for (const { secret } of recent.values()) secret[Symbol.dispose]()
      recent.clear()
      objects.clear()
    },
    sweep: () => {
      const before = clock.nowMs() - openedKeyIdleMs
      // The least recently used stand first; a clock that fell keeps them for longer.
      for (const { usedAtMs } of recent.values()) {
        if (usedAtMs >= before) return
        eraseOldest()
      }
    },
    get size() {
      return recent.size
    },
  }
}
