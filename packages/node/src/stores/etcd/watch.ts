/**
 * A watch that outlives its streams. It resumes where the last whole commit that it took ended,
 * never where a header of the stream says that etcd is, and drops what it has taken already.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { attempt } from '@holdfast/base/errors'
import type { Revision, StoreEvent, Watch } from '@holdfast/enclave/ports/store'
import type { Calls, OpenedWatch } from './calls.ts'
import { createEventBuffer } from './event-buffer.ts'
import { watchBufferBytesMax, watchPauseMsMax, watchPauseMsMin } from './limits.ts'
import type { WatchResponse } from './messages.ts'
import { identityIn, readMarker, type StorePlace, sameIdentity } from './store-identity.ts'
import { startWatchStream, type WatchStream } from './watch-stream.ts'

export type WatchOptions = StorePlace & {
  readonly calls: Calls
  readonly prefix: string
  readonly after: Revision
  onClose(): void
}

/**
 * A stream, where the store is still the one that was opened and has come as far as was taken: one
 * that is behind was rolled back (DESIGN §7), and what was taken from it is worth nothing.
 */
const openFrom = async (
  { calls, keys, identity }: WatchOptions,
  position: Revision,
): Promise<OpenedWatch | 'compacted' | 'unavailable'> => {
  const marker = await readMarker(calls, keys)
  if (!marker.ok) return 'unavailable'
  const now = identityIn(marker.value)
  const latest = marker.value.header?.revision ?? 0n
  if (now === undefined || !sameIdentity(now, identity)) return 'compacted'
  if (latest < identity.origin + position) return 'compacted'
  const opened = await calls.watch()
  return opened.ok ? opened.value : 'unavailable'
}

/**
 * From the last revision that was taken, not the one behind it: etcd may drop a deletion made at
 * the very revision of a compaction without a word (etcd #17780). The repeated one is dropped.
 */
const createRequest = ({ keys, identity, prefix }: WatchOptions, position: Revision) => {
  const startRevision = identity.origin + position
  return { createRequest: { ...keys.range(prefix), startRevision, fragment: true } }
}

export const openWatch = (options: WatchOptions): Watch => {
  const buffer = createEventBuffer(options, options.after)
  const ending = new AbortController()
  const waiting = new Set<() => void>()
  let state: 'open' | 'compacted' | 'ended' = 'open'
  let stream: WatchStream | undefined
  let pauseMs = watchPauseMsMin

  const wake = (): void => {
    const resolves = [...waiting]
    waiting.clear()
    for (const resolve of resolves) resolve()
  }
  const end = (how: 'compacted' | 'ended'): void => {
    if (state === 'ended') return
    state = how
    ending.abort()
    stream?.cancel()
    if (how === 'ended') options.onClose()
    wake()
  }

  const take = (response: WatchResponse): void => {
    const wrong = response.header?.clusterId !== options.identity.clusterId
    if (wrong || response.compactRevision > 0n) return end('compacted')
    pauseMs = watchPauseMsMin
    // A key that no store wrote: the range is shared with something else.
    if (!attempt(() => buffer.take(response)).ok) return end('compacted')
    if (buffer.bytes() >= watchBufferBytesMax) stream?.pause()
    if (buffer.bytes() > 0) wake()
  }

  /** One stream, from its beginning to its end; returns at once where none can be had. */
  const follow = async (): Promise<void> => {
    const opened = await openFrom(options, buffer.position())
    if (opened === 'compacted') return end('compacted')
    if (opened === 'unavailable') return
    if (state !== 'open') return opened.call.cancel()
    buffer.cut()
    const create = createRequest(options, buffer.position())
    await new Promise<void>((onEnd) => {
      stream = startWatchStream({ opened, create, onResponse: take, onEnd })
    })
    stream = undefined
  }

  const run = async (): Promise<void> => {
    for (;;) {
      await follow()
      if (state !== 'open') return
      await delay(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, watchPauseMsMax)
    }
  }
  void run()

  const next = async (): Promise<readonly StoreEvent[] | 'compacted' | undefined> => {
    for (;;) {
      if (state === 'ended') return undefined
      const events = buffer.drain()
      if (events.length > 0) {
        stream?.resume()
        return events
      }
      if (state === 'compacted') {
        end('ended')
        return 'compacted'
      }
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }

  return { next, close: () => end('ended') }
}
