/**
 * One node serves a store: the one that started last. Its claim is a condition of every commit, so
 * that a node which was replaced, and does not know it, can change nothing any more.
 */
import { equalBytes, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import type { Entropy } from '../ports/entropy.ts'
import type { Condition, Store } from '../ports/store.ts'
import { claimName } from './names.ts'
import { reading } from './reading.ts'
import { type SealContext, sealRecord } from './record-seal.ts'

export type StoreClaim = {
  /** Holds while this node is the last that claimed the store. */
  readonly condition: Condition
  isHeld(): Promise<boolean>
}

/** Two nodes that start at the same time meet a few times at most. */
const attemptsMax = 5

/** Takes the store over. Refuses `store_in_use` where others do so at the same time. */
export const claimStore = async (
  options: SealContext & {
    readonly entropy: Entropy
    readonly store: Store
    readonly boot: BootId
  },
): Promise<Result<StoreClaim>> => {
  const { store, boot } = options
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const before = await reading(() => store.get(claimName))
    const value = sealRecord(options, {
      name: claimName,
      version: { epoch: 1, version: 1 },
      payload: utf8(boot),
    })
    await store.commit({
      conditions: [{ key: claimName, revision: before?.revision ?? 'absent' }],
      writes: [{ type: 'put', key: claimName, value }],
    })
    // Whatever the outcome was called: the claim is ours if the very bytes are there.
    const after = await reading(() => store.get(claimName))
    if (after === undefined || !equalBytes(after.value, value)) continue
    const { revision } = after
    return accept({
      condition: { key: claimName, revision },
      isHeld: async () => (await reading(() => store.get(claimName)))?.revision === revision,
    })
  }
  return refuse('store_in_use', 'other nodes take over the store of this zone at the same time')
}
