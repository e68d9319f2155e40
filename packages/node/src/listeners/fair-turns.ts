/**
 * Who is served next when more is asked than one processor answers. Callers take turns, however
 * much each of them sends, and so do the other zones; strangers get a quarter of the turns while
 * others wait. A node at ease serves everything at once, and pays one look at the clock for it.
 */
import { RefusalError, type Result, refuse } from '@holdfast/base/errors'
import * as limits from '../limits.ts'

/** Who has proved a wallet's credential, nodes of the mesh, and everybody else. */
export type CallerKind = (typeof limits.turnOrder)[number]

export type Caller = {
  /**
   * Callers of one key share their turns: a wallet's sessions and KMIP clients, an address's
   * strangers, a zone's nodes.
   */
  readonly key: string
  readonly kind: CallerKind
}

export type FairTurns = {
  /**
   * Calls now or in its turn; false where too much of this caller waits already. What settles first
   * stays first: nothing stands between the action's own promise and who waits for it.
   */
  start(caller: Caller, action: () => Promise<unknown>): boolean
  /** The same for one answer; refuses `limit_reached`. */
  run<Value>(caller: Caller, action: () => Promise<Result<Value>>): Promise<Result<Value>>
  /** The same for what has no refusals; rejects with `limit_reached`. */
  take<Value>(caller: Caller, action: () => Promise<Value>): Promise<Value>
  waiting(): Readonly<Record<CallerKind, number>>
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
const createSlots = (max: number, free: () => void) => {
  let used = 0
  return {
    full: () => used >= max,
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

const kinds = ['known', 'peers', 'strangers'] as const satisfies readonly CallerKind[]

/** Who waits, each kind in a ring. */
const createRings = () => {
  const rings: Readonly<Record<CallerKind, Waiting>> = {
    known: new Map(),
    peers: new Map(),
    strangers: new Map(),
  }
  const counts = { known: 0, peers: 0, strangers: 0 }
  let picked = 0
  return {
    waits: (kind: CallerKind): boolean => counts[kind] > 0,
    counts: () => ({ ...counts }),
    /** Of the kind whose turn it is; where that does not wait, of the others. */
    pick: (isOpen: (kind: CallerKind) => boolean): (() => void) | undefined => {
      const first = limits.turnOrder[picked % limits.turnOrder.length] ?? 'known'
      picked += 1
      for (const kind of [first, ...kinds]) {
        const found = isOpen(kind) ? nextOf(rings[kind]) : undefined
        if (found === undefined) continue
        counts[kind] -= 1
        return found
      }
      return undefined
    },
    /** False where too much waits. */
    add: ({ key, kind }: Caller, begin: () => void): boolean => {
      const queue = rings[kind].get(key) ?? []
      const max = limits.turnsWaitingMax[kind]
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

  const isOpen = (kind: CallerKind): boolean => !slots[kind].full()
  /** Whether anybody waits whose turn could begin. */
  const canBegin = (): boolean => kinds.some((kind) => rings.waits(kind) && isOpen(kind))
  const turn = (): void => {
    scheduled = false
    turnEndsAtMs = nowMs() + limits.turnBudgetMs
    while (canBegin() && nowMs() < turnEndsAtMs) rings.pick(isOpen)?.()
    schedule()
  }
  const schedule = (): void => {
    if (scheduled || !canBegin()) return
    scheduled = true
    setImmediate(turn)
  }
  const ofClients = createSlots(limits.turnsInFlightMax, schedule)
  // Of their own: else two nodes whose callers wait for each other would hold each other up.
  const ofPeers = createSlots(limits.peerTurnsInFlightMax, schedule)
  const slots = { known: ofClients, strangers: ofClients, peers: ofPeers }
  const begin = (kind: CallerKind, action: () => Promise<unknown>): void => {
    const release = slots[kind].take()
    action().then(release, release)
  }
  /** Where nothing has run for a while, a turn begins with this. */
  const isAtEase = (kind: CallerKind): boolean => {
    if (canBegin() || !isOpen(kind)) return false
    const now = nowMs()
    if (now >= turnEndsAtMs + limits.turnBudgetMs) turnEndsAtMs = now + limits.turnBudgetMs
    return now < turnEndsAtMs
  }

  const start: FairTurns['start'] = (caller, action) => {
    const { kind } = caller
    if (isAtEase(kind)) {
      begin(kind, action)
      return true
    }
    if (!rings.add(caller, () => begin(kind, action))) return false
    schedule()
    return true
  }
  const settle = <Value>(
    caller: Caller,
    action: () => Promise<Value>,
    refused: () => Value,
  ): Promise<Value> =>
    new Promise((resolve, reject) => {
      const began = start(caller, () => {
        const answer = action()
        answer.then(resolve, reject)
        return answer
      })
      if (!began) resolve(refused())
    })
  return {
    start,
    run: (caller, action) => settle(caller, action, () => tooMuch),
    take: (caller, action) =>
      settle(caller, action, () => {
        throw new RefusalError(tooMuch.refusal)
      }),
    waiting: () => rings.counts(),
  }
}
