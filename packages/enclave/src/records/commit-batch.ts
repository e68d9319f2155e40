/**
 * One commit of records: with what the node has to show for every commit (`StoreClaim`), and again
 * where the zone key was rotated meanwhile (DESIGN §4). Who writes records knows nothing of that.
 */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, type Refused, type Result, refuse } from '@holdfast/base/errors'
import type { Entropy } from '../ports/entropy.ts'
import type { Batch, Condition, Revision, Store, Write } from '../ports/store.ts'
import type { FallWatch } from './fall-watch.ts'
import type { RecordName } from './names.ts'
import { reading } from './reading.ts'
import { openRecord, type SealContext, sealedEpoch, sealRecord } from './record-seal.ts'
import type { StoreClaim } from './store-claim.ts'

export type CommitContext = SealContext & {
  readonly entropy: Entropy
  readonly store: Store
  readonly claim: StoreClaim
  readonly fall: FallWatch
  /** Called when a commit shows that another node has claimed the store. */
  readonly replaced: () => void
}

/** `untold`: called when the store did not say what became of a commit, and it may still come. */
type Committing = CommitContext & { readonly untold: () => void }

/** How often one batch is sent: a rotation and a few records that were sealed again meanwhile. */
const sendsMax = 4

const notTold = refuse('outcome_unknown', 'whether this was stored is not known')
const inUse = refuse('store_in_use', 'another node serves the store of this zone now')
const isBehind = refuse('stale_zone', 'the key of this zone was rotated, and is not here')
const conflict = (subject: string | undefined): Refused =>
  refuse('conflict', 'something else was stored at the same time', subject)

/**
 * A commit whose outcome was not told: every put carries a fresh nonce, so that finding the very
 * bytes proves that it was applied; finding others proves nothing, for it may still arrive.
 */
const resolve = async (
  { store, fall }: Pick<CommitContext, 'store' | 'fall'>,
  batch: Batch,
): Promise<Result<Revision>> => {
  const first = batch.writes.find((write) => write.type === 'put')
  if (first === undefined) return notTold
  const found = await reading(() => store.get(first.key))
  fall.check()
  if (found !== undefined && equalBytes(found.value, first.value)) {
    fall.saw(found.revision, 0n)
    return accept(found.revision)
  }
  return notTold
}

/** The same under the current key; undefined where the key that sealed it is gone. */
const sealAgain = (context: CommitContext, name: RecordName, value: Bytes): Bytes | undefined => {
  if (sealedEpoch(value) === context.zoneKeys.current().epoch) return value
  const opened = openRecord(context, name, value)
  if (opened === undefined) return undefined
  const sealed = sealRecord(context, { name, ...opened })
  opened.payload.fill(0)
  return sealed
}

const sealBatchAgain = (context: CommitContext, batch: Batch): Batch | undefined => {
  const writes: Write[] = []
  for (const write of batch.writes) {
    if (write.type === 'delete') {
      writes.push(write)
      continue
    }
    const value = sealAgain(context, write.key as RecordName, write.value)
    if (value === undefined) return undefined
    writes.push({ ...write, value })
  }
  return { ...batch, writes }
}

/**
 * A record that was sealed again has a new revision, and says which one wrote it: who compares that
 * one compares the same record. Undefined where something else was stored.
 */
const followResealed = async (
  context: CommitContext,
  batch: Batch,
  failed: readonly string[],
): Promise<Batch | undefined> => {
  const moved = new Map<string, Revision>()
  for (const { key, revision } of batch.conditions) {
    if (revision === 'absent' || !failed.includes(key)) continue
    const found = await reading(() => context.store.get(key))
    if (found === undefined) return undefined
    const opened = openRecord(context, key as RecordName, found.value)
    opened?.payload.fill(0)
    if (opened?.written !== revision) return undefined
    moved.set(key, found.revision)
  }
  if (failed.some((key) => !moved.has(key))) return undefined
  const follow = (condition: Condition): Condition => {
    const revision = moved.get(condition.key)
    return revision === undefined ? condition : { key: condition.key, revision }
  }
  return { ...batch, conditions: batch.conditions.map(follow) }
}

/** What to send next where a commit was not applied. */
const afterConflict = async (
  context: CommitContext,
  batch: Batch,
  failed: readonly string[],
  shown: readonly Condition[],
): Promise<Result<Batch>> => {
  const isShown = (key: string): boolean => shown.some((condition) => condition.key === key)
  if (!failed.some(isShown)) {
    const next = await followResealed(context, batch, failed)
    return next === undefined ? conflict(failed[0]) : accept(next)
  }
  if (await reading(() => context.fall.hasFallen())) context.fall.check()
  const renewed = await context.claim.renew()
  if (renewed === 'behind') return isBehind
  if (renewed === 'lost') {
    context.replaced()
    return inUse
  }
  const next = sealBatchAgain(context, batch)
  return next === undefined ? conflict(failed[0]) : accept(next)
}

/**
 * Refuses `conflict` (a condition failed), `stale_zone` (the zone has a key that this node was not
 * given), `store_in_use`, `outcome_unknown`, `store_failed`. With `until`, an outcome that is not
 * told by then is not looked for.
 */
export const commitBatch = async (
  context: Committing,
  first: Batch,
  until?: { readonly deadlineMs: number },
): Promise<Result<Revision>> => {
  const { claim, fall, store } = context
  let batch = first
  for (let send = 0; send < sendsMax; send += 1) {
    const shown = claim.conditions()
    fall.check()
    // Whatever was seen before the commit left is older than what it makes.
    const next = fall.seen + (batch.writes.some(({ type }) => type === 'put') ? 1n : 0n)
    const conditions = [...batch.conditions, ...shown]
    const outcome = await store.commit({ ...batch, conditions }, until)
    if (outcome.outcome === 'applied') {
      fall.saw(outcome.revision, next)
      return accept(outcome.revision)
    }
    if (outcome.outcome === 'unknown') {
      context.untold()
      return until === undefined ? resolve(context, batch) : notTold
    }
    const after = await afterConflict(context, batch, outcome.failed, shown)
    if (!after.ok) return after
    batch = after.value
  }
  return conflict(undefined)
}
