/**
 * One node serves a store that is its own: the one that started last. Its claim is a condition of
 * every commit, so that a node which was replaced, and does not know it, can change nothing.
 */
import { equalBytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import type { Entropy } from '../ports/entropy.ts'
import type { Condition, Revision, Store } from '../ports/store.ts'
import { claimName } from './names.ts'
import { reading } from './reading.ts'
import { openRecord, type SealContext, sealRecord } from './record-seal.ts'

/**
 * What became of what a node has to show: `held`, under the conditions of now; `behind`: the store
 * is under a key of the zone that nobody gave this node; `lost`: another node serves the store.
 */
export type Renewed = 'held' | 'behind' | 'lost'

/** What a node has to show with every commit. */
export type StoreClaim = {
  /** Of every commit. They change where the key of the zone is rotated. */
  conditions(): readonly Condition[]
  /** One of them failed: looks what is there now. */
  renew(): Promise<Renewed>
  isHeld(): Promise<boolean>
}

/** Two nodes that start at the same time meet a few times at most. */
const attemptsMax = 5

type Claimant = SealContext & { readonly entropy: Entropy; readonly boot: BootId }

export const sealClaim = (options: Claimant) =>
  sealRecord(options, {
    name: claimName,
    version: { epoch: 1, version: 1 },
    payload: utf8(options.boot),
  })

/** Takes the store over; the claim's revision. Refuses `store_in_use` where others do so too. */
export const claimStore = async (
  options: Claimant & { readonly store: Store },
): Promise<Result<Revision>> => {
  const { store } = options
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const before = await reading(() => store.get(claimName))
    const value = sealClaim(options)
    await store.commit({
      conditions: [{ key: claimName, revision: before?.revision ?? 'absent' }],
      writes: [{ type: 'put', key: claimName, value }],
    })
    // Whatever the outcome was called: the claim is ours if the very bytes are there.
    const after = await reading(() => store.get(claimName))
    if (after === undefined || !equalBytes(after.value, value)) continue
    return accept(after.revision)
  }
  return refuse('store_in_use', 'other nodes take over the store of this zone at the same time')
}

/** The revision of this boot's claim; undefined where it is another's, or under another key. */
export const ownClaim = async (
  options: SealContext & { readonly store: Store; readonly boot: BootId },
): Promise<Revision | undefined> => {
  const found = await reading(() => options.store.get(claimName))
  if (found === undefined) return undefined
  const opened = openRecord(options, claimName, found.value)
  return opened !== undefined && fromUtf8(opened.payload) === options.boot
    ? found.revision
    : undefined
}
