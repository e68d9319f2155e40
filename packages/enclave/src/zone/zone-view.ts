/** How a node knows what its zone's store holds: alone, or as one of several nodes. */
import { accept, RefusalError, type Result } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import { beatDeadlineMs, beatIntervalMs, firstBeatMs, silentWatchMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store, StoredRecord } from '../ports/store.ts'
import { beatName, beatPrefix } from '../records/names.ts'
import { reading } from '../records/reading.ts'
import type { Records } from '../records/records.ts'
import { createFollower } from './follow-store.ts'
import type { Followed } from './followed.ts'
import { createHeartbeat, type Heartbeat } from './heartbeat.ts'
import { createZoneNodes, type ZoneNodes } from './zone-nodes.ts'

export type ZoneView = {
  /** Whether other nodes write to the store as well. */
  readonly shared: boolean
  /**
   * Fills what is kept in memory, and follows the store from there. Refuses `store_failed`: then it
   * may be called again.
   */
  start(): Promise<void>
  /** Refuses `stale_zone` where what is kept may be older than `beatAgeMsMax`. */
  check(): Result<void>
  /** The nodes of this zone, in order; this one among them. */
  nodes(): readonly BootId[]
  /** A hint: one node of the zone does what one alone need do. */
  leads(): boolean
  /** Milliseconds since the beginning of the last beat that came back; undefined on one's own. */
  beatAgeMs(): number | undefined
  stop(): void
}

export type ZoneViewOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly records: Records
  readonly boot: BootId
  readonly followed: readonly Followed[]
  readonly rolledBack: () => void
}

/** The store is this node's alone: what it has committed and kept is what there is. */
const soleView = ({ store, followed, boot }: ZoneViewOptions): ZoneView => ({
  shared: false,
  start: async () => {
    const from = await reading(() => store.revision())
    for (const one of followed) await one.load(from)
  },
  check: () => accept(undefined),
  nodes: () => [boot],
  leads: () => true,
  beatAgeMs: () => undefined,
  stop: () => undefined,
})

/** Beats of all nodes: this node's own say how late the watch is, the others' who there is. */
const followBeats = (
  { records, boot }: ZoneViewOptions,
  heartbeat: Heartbeat,
  nodes: ZoneNodes,
): Followed => {
  const own = beatName(boot)
  const bootOf = (name: string): BootId => name.slice(beatPrefix.length) as BootId
  return {
    prefix: beatPrefix,
    load: async () => {
      for await (const { name, revision } of records.scan(beatPrefix)) {
        nodes.beat(bootOf(name), revision)
      }
    },
    put: (untrusted: StoredRecord) => {
      const { version, revision } = records.open(untrusted)
      if (untrusted.key === own) heartbeat.returned(version.version)
      // A beat that was sealed again is no new one.
      else nodes.beat(bootOf(untrusted.key), revision)
    },
    deleted: (name) => nodes.gone(bootOf(name)),
  }
}

/** What the store refuses is tried again with the next beat. */
const quietly = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
  }
}

const sharedView = (options: ZoneViewOptions): ZoneView => {
  const { clock, records, boot } = options
  const nodes = createZoneNodes(boot, clock)
  const heartbeat = createHeartbeat({
    clock,
    batchOf: (version) => ({
      conditions: [],
      writes: [records.put(beatName(boot), { epoch: 1, version }, new Uint8Array())],
    }),
    commit: async (batch) => {
      const known = follower.position()
      const written = await records.attempt(batch, beatDeadlineMs)
      // A commit comes behind all that was known when it was begun, or the store was put back.
      if (written.ok && written.value <= known) options.rolledBack()
    },
  })
  const followed = [...options.followed, followBeats(options, heartbeat, nodes)]
  const follower = createFollower({ ...options, followed })
  let begun = false
  let stopped = false
  const isRunning = (): boolean => !stopped

  /** By comparing its revision: a node that was only slow writes its beat again. */
  const removeDead = async (): Promise<void> => {
    for (const { boot: dead, revision } of nodes.dead()) {
      const key = beatName(dead)
      nodes.gone(dead)
      await records.commit({ conditions: [{ key, revision }], writes: [{ type: 'delete', key }] })
    }
  }
  const leads = (): boolean => nodes.alive()[0] === boot
  let openedAtMs = clock.nowMs()
  /** A member of the store that stopped, or a path that went dead, ends no stream by itself. */
  const renewWatch = (): void => {
    const sinceMs = clock.nowMs() - openedAtMs
    const age = heartbeat.ageMs() ?? Number.POSITIVE_INFINITY
    if (age < silentWatchMs || (sinceMs >= 0 && sinceMs < silentWatchMs)) return
    openedAtMs = clock.nowMs()
    follower.reopen()
  }
  const beat = async (): Promise<void> => {
    while (isRunning()) {
      renewWatch()
      void quietly(heartbeat.write())
      if (leads()) void quietly(removeDead())
      await clock.sleep(beatIntervalMs)
    }
  }

  return {
    shared: true,
    start: async () => {
      if (begun) return
      await follower.fill()
      begun = true
      void quietly(follower.run())
      void quietly(beat())
      await Promise.race([heartbeat.first, clock.sleep(firstBeatMs)])
    },
    check: () => heartbeat.check(),
    nodes: () => nodes.alive(),
    leads,
    beatAgeMs: () => heartbeat.ageMs(),
    stop: () => {
      stopped = true
      follower.stop()
    },
  }
}

export const createZoneView = (options: ZoneViewOptions): ZoneView =>
  options.store.sharing === 'shared' ? sharedView(options) : soleView(options)
