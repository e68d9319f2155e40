/** What a watch has taken and its reader has not: whole commits, in order, none twice. */
import type { Revision, StoreEvent } from '@holdfast/enclave/ports/store'
import { eventTypes, type WatchResponse } from './messages.ts'
import type { StorePlace } from './store-identity.ts'

export type EventBuffer = {
  /** Every event up to here was taken, all of its commit with it. */
  position(): Revision
  take(response: WatchResponse): void
  /** The stream ended: what was taken of a commit whose rest has not come is forgotten. */
  cut(): void
  bytes(): number
  drain(): readonly StoreEvent[]
}

const revisionOf = (event: StoreEvent): Revision =>
  event.type === 'put' ? event.record.revision : event.revision

/** Roughly, with what an object costs. */
const sizeOf = (event: StoreEvent): number =>
  event.type === 'put' ? 256 + event.record.value.length : 256

const eventsOf = (response: WatchResponse, { keys, identity }: StorePlace): StoreEvent[] =>
  response.events.flatMap(({ type, kv }): StoreEvent[] => {
    if (kv === undefined) return []
    const key = keys.keyOf(kv.key)
    const revision = kv.modRevision - identity.origin
    return type === eventTypes.delete
      ? [{ type: 'delete', key, revision }]
      : [{ type: 'put', record: { key, value: kv.value, revision } }]
  })

export const createEventBuffer = (place: StorePlace, after: Revision): EventBuffer => {
  let position = after
  let held: StoreEvent[] = []
  let whole: StoreEvent[] = []
  let bytes = 0
  return {
    position: () => position,
    take: (response) => {
      held.push(...eventsOf(response, place).filter((event) => revisionOf(event) > position))
      const last = held.at(-1)
      if (last === undefined) return
      // A response that etcd sends in fragments may end in the midst of a commit.
      const open = response.fragment ? revisionOf(last) : undefined
      const complete = held.filter((event) => revisionOf(event) !== open)
      held = held.slice(complete.length)
      const taken = complete.at(-1)
      if (taken !== undefined) position = revisionOf(taken)
      whole.push(...complete)
      bytes += complete.reduce((sum, event) => sum + sizeOf(event), 0)
    },
    cut: () => {
      held = []
    },
    bytes: () => bytes,
    drain: () => {
      const events = whole
      whole = []
      bytes = 0
      return events
    },
  }
}
