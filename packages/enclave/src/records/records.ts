/** The records of a zone: sealed on the way in, opened on the way out, outcomes resolved. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail, type Result } from '@holdfast/base/errors'
import type { Batch, Revision, StoredRecord, Write } from '../ports/store.ts'
import { type CommitContext, commitBatch } from './commit-batch.ts'
import type { RecordName } from './names.ts'
import { reading } from './reading.ts'
import { openRecord, type RecordVersion, sealedEpoch, sealRecord } from './record-seal.ts'

export type OpenedRecord = {
  readonly name: RecordName
  readonly version: RecordVersion
  readonly payload: Bytes
  /** Of the commit that wrote it: a record that was sealed again keeps its own. */
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
  /** In their order, those of them from one on, at most `limit`. */
  names(
    prefix: string,
    part: { readonly limit: number; readonly from?: string | undefined },
  ): Promise<readonly RecordName[]>
  /** Every record under a prefix as it stands there, unopened. Refuses `store_failed`. */
  standing(prefix: string): AsyncIterable<{
    readonly name: RecordName
    readonly revision: Revision
  }>
  /** Whether a commit of this node was ever left without an answer: it may be applied unnoticed. */
  hasUntold(): boolean
  put(name: RecordName, version: RecordVersion, payload: Bytes): Write
  /** As `commit`, but an outcome that is not told within `deadlineMs` is `outcome_unknown`. */
  attempt(batch: Batch, deadlineMs: number): Promise<Result<Revision>>
  /**
   * Refuses `conflict` (a condition failed), `stale_zone` (the zone's key is not here),
   * `store_in_use`, `outcome_unknown`, `store_failed`.
   */
  commit(batch: Batch): Promise<Result<Revision>>
}

const scanPageRecords = 256

const notSealedHere = (name: string): never =>
  fail('store_failed', 'a record is not what this zone sealed', name)

/** Opens what the store gives; under a key that is not here, looks once more under the next. */
const createOpener = (options: CommitContext) => {
  const { claim, store, zoneKeys } = options
  const get = (key: string): Promise<StoredRecord | undefined> => reading(() => store.get(key))

  const tryOpen = ({ key, value, revision }: StoredRecord): OpenedRecord | undefined => {
    const name = key as RecordName
    const opened = openRecord(options, name, value)
    if (opened === undefined) return undefined
    const { version, payload, written } = opened
    return { name, version, payload, revision: written ?? revision }
  }

  /** Where its key is not here, the zone's was rotated: it is looked at once more under the new. */
  const open = async (found: StoredRecord): Promise<OpenedRecord | undefined> => {
    const opened = tryOpen(found)
    if (opened !== undefined) return opened
    if (sealedEpoch(found.value) === zoneKeys.current().epoch) return notSealedHere(found.key)
    await claim.renew()
    const again = await get(found.key)
    return again === undefined ? undefined : (tryOpen(again) ?? notSealedHere(found.key))
  }

  /** As it stands; what opens is opened once, for every copy has to be erased by somebody. */
  const inspect = async (name: RecordName): Promise<Inspected> => {
    const first = await get(name)
    const opened = first && tryOpen(first)
    if (opened !== undefined) return { state: 'sound', record: opened }
    if (first === undefined) return { state: 'absent' }
    await claim.renew()
    const again = await get(name)
    if (again === undefined) return { state: 'absent' }
    const record = tryOpen(again)
    return record === undefined
      ? { state: 'damaged', revision: again.revision }
      : { state: 'sound', record }
  }

  const openPage = async (page: readonly StoredRecord[]): Promise<readonly OpenedRecord[]> => {
    const opened: OpenedRecord[] = []
    for (const found of page) {
      const record = tryOpen(found) ?? (await open(found))
      if (record !== undefined) opened.push(record)
    }
    return opened
  }

  return { tryOpen, open, openPage, get, inspect }
}

/** What stands in the store, unopened, a page at a time. */
const createLister = ({ store, fall }: Pick<CommitContext, 'store' | 'fall'>) => {
  const pages = async function* (
    prefix: string,
    first?: RecordName,
  ): AsyncGenerator<readonly StoredRecord[]> {
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
      yield page.records
      from = page.next
    } while (from !== undefined)
  }

  const standing: Records['standing'] = async function* (prefix) {
    for await (const page of pages(prefix)) {
      for (const { key, revision } of page) yield { name: key as RecordName, revision }
    }
  }

  const names: Records['names'] = async (prefix, { limit, from }) => {
    const before = fall.seen
    const part = from === undefined ? { limit } : { limit, from }
    const page = await reading(() => store.scan(prefix, part))
    fall.saw(page.revision, before)
    return page.records.map((record) => record.key as RecordName)
  }

  return { pages, standing, names }
}

export const createRecords = (options: CommitContext): Records => {
  const { store, fall } = options
  const { tryOpen, open, openPage, get, inspect } = createOpener(options)
  const { pages, standing, names } = createLister(options)
  let hasUntold = false
  const committing = {
    ...options,
    untold: () => {
      hasUntold = true
    },
  }

  const scan = async function* (prefix: string, from?: RecordName): AsyncGenerator<OpenedRecord> {
    // At once: what a page holds may be sealed again, and its key be gone, before it is used.
    for await (const page of pages(prefix, from)) yield* await openPage(page)
  }

  return {
    read: async (name) => {
      const found = await get(name)
      fall.check()
      return found === undefined ? undefined : open(found)
    },
    inspect: async (name) => {
      const found = await inspect(name)
      fall.check()
      return found
    },
    scan,
    open: (untrusted) => tryOpen(untrusted) ?? notSealedHere(untrusted.key),
    page: async (prefix, from, limit) => {
      const found = await reading(() => store.scan(prefix, { limit, from }))
      return openPage(found.records)
    },
    names,
    put: (name, version, payload) => ({
      type: 'put',
      key: name,
      value: sealRecord(options, { name, version, payload }),
    }),
    standing,
    hasUntold: () => hasUntold,
    attempt: (batch, deadlineMs) => commitBatch(committing, batch, { deadlineMs }),
    commit: (batch) => commitBatch(committing, batch),
  }
}
