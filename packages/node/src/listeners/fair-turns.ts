/**
 * Who is served next when more is asked than one processor answers. Callers take turns, however
 * much each of them sends; strangers get a quarter of the turns while others wait. A node at ease
 * serves everything at once, and pays one look at the clock for it.
 */
import { type Result, refuse } from '@holdfast/base/errors'
import * as limits from '../limits.ts'

export type Caller = {
  /** Callers of one key share their turns: a wallet's sessions, an address's strangers. */
  readonly key: string
  /** Whether it has proved who it is. */
  readonly known: boolean
}

export type FairTurns = {
  /**
   * Calls now or in its turn; false where too much of this caller waits already. What settles first
   * stays first: nothing stands between the action's own promise and who waits for it.
   */
  start(caller: Caller, action: () => Promise<unknown>): boolean
  /** The same for one answer; refuses `limit_reached`. */
  run<Value>(caller: Caller, action: () => Promise<Result<Value>>): Promise<Result<Value>>
  waiting(): { readonly known: number; readonly strangers: number }
}

type Waiting = Map<string, (() => void)[]>

/** The first of the next caller in the ring, who then stands last. */
const nextOf = (ring: Waiting): (() => void) | undefined => {
  for (const [key, queue] of ring) {
    ring.delete(key)
    const first = queue.shift()
    if (queue.length > 0) ring.set(key, queue)
    if (first !== undefined) return first
  }
  return undefined
}

const tooMuch = refuse('limit_reached', 'too much of this caller waits already')

/** Actions that are under way; one that waits for something else soon counts no more. */
const createSlots = (free: () => void) => {
  let used = 0
  return {
    full: () => used >= limits.turnsInFlightMax,
    take: (): (() => void) => {
      used += 1
      let held = true
      const release = (): void => {
        if (!held) return
        held = false
        clearTimeout(timer)
        used -= 1
        free()
      }
      const timer = setTimeout(release, limits.turnHeldMs).unref()
      return release
    },
  }
}

/** Who waits: known callers and strangers, each kind in a ring. */
const createRings = () => {
  const rings = { known: new Map() as Waiting, strangers: new Map() as Waiting }
  const counts = { known: 0, strangers: 0 }
  let picked = 0
  return {
    any: (): boolean => counts.known + counts.strangers > 0,
    counts: () => ({ ...counts }),
    /** Every so manieth is a stranger's; where one kind does not wait, the other's. */
    pick: (): (() => void) | undefined => {
      picked += 1
      const strangersFirst = picked % limits.strangersTurn === 0
      const order = strangersFirst
        ? (['strangers', 'known'] as const)
        : (['known', 'strangers'] as const)
      for (const kind of order) {
        const found = nextOf(rings[kind])
        if (found === undefined) continue
        counts[kind] -= 1
        return found
      }
      return undefined
    },
    /** False where too much waits. */
    add: ({ key, known }: Caller, begin: () => void): boolean => {
      const kind = known ? 'known' : 'strangers'
      const queue = rings[kind].get(key) ?? []
      const max = known ? limits.turnsWaitingMax : limits.strangerTurnsWaitingMax
      if (queue.length >= max || counts[kind] >= limits.turnsWaitingAllMax) return false
      counts[kind] += 1
      queue.push(begin)
      rings[kind].set(key, queue)
      return true
    },
  }
}

export const createFairTurns = (nowMs: () => number = () => performance.now()): FairTurns => {
  const rings = createRings()
  let turnEndsAtMs = 0
  let scheduled = false

  const turn = (): void => {
    scheduled = false
    turnEndsAtMs = nowMs() + limits.turnBudgetMs
    while (rings.any() && !slots.full() && nowMs() < turnEndsAtMs) rings.pick()?.()
    schedule()
  }
  const schedule = (): void => {
    if (scheduled || !rings.any() || slots.full()) return
    scheduled = true
    setImmediate(turn)
  }
  const slots = createSlots(schedule)
  const begin = (action: () => Promise<unknown>): void => {
    const release = slots.take()
    action().then(release, release)
  }
  /** Where nothing has run for a while, a turn begins with this. */
  const isAtEase = (): boolean => {
    if (rings.any() || slots.full()) return false
    const now = nowMs()
    if (now >= turnEndsAtMs + limits.turnBudgetMs) turnEndsAtMs = now + limits.turnBudgetMs
    return now < turnEndsAtMs
  }

  const start: FairTurns['start'] = (caller, action) => {
    if (isAtEase()) {
      begin(action)
      return true
    }
    if (!rings.add(caller, () => begin(action))) return false
    schedule()
    return true
  }
  return {
    start,
    run: (caller, action) =>
      new Promise((resolve, reject) => {
        const began = start(caller, () => {
          const answer = action()
          answer.then(resolve, reject)
          return answer
        })
        if (!began) resolve(tooMuch)
      }),
    waiting: () => rings.counts(),
  }
}
