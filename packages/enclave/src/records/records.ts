/** The records of a zone: sealed on the way in, opened on the way out, outcomes resolved. */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, fail, type Result, refuse } from '@holdfast/base/errors'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import {
  type Batch,
  type Revision,
  type Store,
  type StoredRecord,
  type Write,
} from '../ports/store.ts'
import type { ZoneKeys } from '../zone-key/zone-keys.ts'
import type { FallWatch } from './fall-watch.ts'
import type { RecordName } from './names.ts'
import { reading } from './reading.ts'
import { openRecord, type RecordVersion, sealRecord } from './record-seal.ts'
import type { StoreClaim } from './store-claim.ts'

export type OpenedRecord = {
  readonly name: RecordName
  readonly version: RecordVersion
  readonly payload: Bytes
  readonly revision: Revision
}

/** What stands under a name, whether or not it is what this zone sealed. */
export type Inspected =
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly revision: Revision }
  | { readonly state: 'sound'; readonly record: OpenedRecord }

export type Records = {
  /** Refuses `store_failed`: no answer, or something that this zone never sealed. */
  read(name: RecordName): Promise<OpenedRecord | undefined>
  /** As `read`, but says what does not open. Refuses `store_failed` where there is no answer. */
  inspect(name: RecordName): Promise<Inspected>
  /** Every record under a prefix, or those of it from a name on, a page at a time. */
  scan(prefix: string, from?: RecordName): AsyncIterable<OpenedRecord>
  /** What a watch gave. Refuses `store_failed` where this zone never sealed it. */
  open(untrusted: StoredRecord): OpenedRecord
  /** Records under a prefix from one name on, at most `limit`. */
  page(prefix: string, from: RecordName, limit: number): Promise<readonly OpenedRecord[]>
  names(prefix: string, limit: number): Promise<readonly RecordName[]>
  put(name: RecordName, version: RecordVersion, payload: Bytes): Write
  /** As `commit`, but an outcome that is not told within `deadlineMs` is `outcome_unknown`. */
  attempt(batch: Batch, deadlineMs: number): Promise<Result<Revision>>
  /** Refuses `conflict` (a condition failed), `store_in_use`, `outcome_unknown`, `store_failed`. */
  commit(batch: Batch): Promise<Result<Revision>>
}

export type RecordsOptions = {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly store: Store
  readonly mesh: MeshId
  readonly zone: ZoneId
  readonly zoneKeys: ZoneKeys
  readonly claim: StoreClaim
  readonly fall: FallWatch
  /** Called when a commit shows that another node has claimed the store. */
  readonly replaced: () => void
}

const scanPageRecords = 256

const notTold = refuse('outcome_unknown', 'whether this was stored is not known')

/**
 * A commit whose outcome was not told: every put carries a fresh nonce, so that finding the very
 * bytes proves that it was applied; finding others proves nothing, for it may still arrive.
 */
const resolve = async (
  { store, fall }: Pick<RecordsOptions, 'store' | 'fall'>,
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

/** With the claim as a condition; what another node's commit forbids is refused. */
const createSend =
  (options: RecordsOptions) =>
  async (
    batch: Batch,
    until?: { readonly deadlineMs: number },
  ): Promise<Result<Revision> | 'unknown'> => {
    const { claim, fall, store } = options
    const conditions = [...batch.conditions, claim.condition]
    fall.check()
    // Whatever was seen before the commit left is older than what it makes.
    const next = fall.seen + (batch.writes.some(({ type }) => type === 'put') ? 1n : 0n)
    const outcome = await store.commit({ ...batch, conditions }, until)
    if (outcome.outcome === 'applied') {
      fall.saw(outcome.revision, next)
      return accept(outcome.revision)
    }
    if (outcome.outcome === 'unknown') return 'unknown'
    if (outcome.failed.includes(claim.condition.key)) {
      if (await reading(() => fall.hasFallen())) fall.check()
      options.replaced()
      return refuse('store_in_use', 'another node serves the store of this zone now')
    }
    return refuse('conflict', 'something else was stored at the same time', outcome.failed[0])
  }

const createInspect =
  (options: RecordsOptions): Records['inspect'] =>
  async (name) => {
    const { store, fall } = options
    const found = await reading(() => store.get(name))
    fall.check()
    if (found === undefined) return { state: 'absent' }
    const { revision } = found
    const opened = openRecord(options, name, found.value)
    if (opened === undefined) return { state: 'damaged', revision }
    return { state: 'sound', record: { name, revision, ...opened } }
  }

export const createRecords = (options: RecordsOptions): Records => {
  const { store, fall } = options

  const open = (name: RecordName, value: Bytes, revision: Revision): OpenedRecord => {
    const opened = openRecord(options, name, value)
    if (opened === undefined) {
      return fail('store_failed', 'a record is not what this zone sealed', name)
    }
    return { name, revision, ...opened }
  }

  const scan = async function* (prefix: string, first?: RecordName): AsyncGenerator<OpenedRecord> {
    let from: string | undefined = first
    do {
      const start = from
      const before = fall.seen
      const page = await reading(() =>
        store.scan(prefix, {
          limit: scanPageRecords,
          ...(start === undefined ? {} : { from: start }),
        }),
      )
      fall.saw(page.revision, before)
      for (const { key, value, revision } of page.records) {
        yield open(key as RecordName, value, revision)
      }
      from = page.next
    } while (from !== undefined)
  }

  const send = createSend(options)

  return {
    read: async (name) => {
      const found = await reading(() => store.get(name))
      fall.check()
      return found === undefined ? undefined : open(name, found.value, found.revision)
    },
    inspect: createInspect(options),
    scan,
    open: ({ key, value, revision }) => open(key as RecordName, value, revision),
    page: async (prefix, from, limit) => {
      const found = await reading(() => store.scan(prefix, { limit, from }))
      return found.records.map(({ key, value, revision }) =>
        open(key as RecordName, value, revision),
      )
    },
    names: async (prefix, limit) => {
      const before = fall.seen
      const page = await reading(() => store.scan(prefix, { limit }))
      fall.saw(page.revision, before)
      return page.records.map((record) => record.key as RecordName)
    },
    put: (name, version, payload) => ({
      type: 'put',
      key: name,
      value: sealRecord(options, { name, version, payload }),
    }),
    attempt: async (batch, deadlineMs) => {
      const outcome = await send(batch, { deadlineMs })
      return outcome === 'unknown' ? notTold : outcome
    },
    commit: async (batch) => {
      const outcome = await send(batch)
      return outcome === 'unknown' ? resolve(options, batch) : outcome
    },
  }
}
