/**
 * Which change of an object is in which version of its state. One version of one epoch is one
 * record everywhere (DESIGN §9), so that a state needs to name no more than the last version that
 * it took over from each earlier epoch.
 */
import { stateEpochsMax } from '../limits.ts'
import type { StateEntry } from './object-records.ts'

type Version = { readonly epoch: number; readonly version: number }

/** A version that somebody asked for; those that a new home made of what it adopted are none. */
export type AskedVersion = Version & { readonly atMs: number }

/** The change that the state is what it is by. */
export const askedOf = ({ asked, epoch, version, createdAtMs }: StateEntry): AskedVersion =>
  asked ?? { epoch, version, atMs: createdAtMs }

/** What the next version of a state, in this epoch, remembers of earlier epochs. */
export const endsAfter = (
  { epoch, version, ends = [] }: StateEntry,
  next: number,
): Pick<StateEntry, 'ends'> => {
  const all = next === epoch ? ends : [...ends, { epoch, version }].slice(-stateEpochsMax)
  return all.length === 0 ? {} : { ends: all }
}

const contains = ({ epoch, version, ends = [] }: StateEntry, change: Version): boolean => {
  if (change.epoch >= epoch) return change.epoch === epoch && change.version <= version
  const end = ends.find((one) => one.epoch === change.epoch)
  if (end !== undefined) return change.version <= end.version
  // What is older than all that it remembers was adopted long ago.
  const [oldest] = ends
  return ends.length === stateEpochsMax && oldest !== undefined && change.epoch < oldest.epoch
}

/** The change of `held` that `next`, of a later home, does not contain. An end is never lost. */
export const leftBehind = (held: StateEntry, next: StateEntry): AskedVersion | undefined => {
  if (next.epoch <= held.epoch || held.destroyed || next.previous === held.hash) return undefined
  const asked = askedOf(held)
  return contains(next, asked) ? undefined : asked
}
