/**
 * Seals again, under the current key, what the key before has sealed: page after page between other
 * work, while writers go on. The key before is given up only after one scan from end to end, begun
 * after the switch, in which nothing failed (DESIGN §4). A restart begins the scan anew.
 */
import type { Entropy } from '../ports/entropy.ts'
import type { Batch, Condition, Store, StoredRecord } from '../ports/store.ts'
import type { RecordName } from '../records/names.ts'
import { reading } from '../records/reading.ts'
import { openRecord, type SealContext, sealedEpoch, sealRecord } from '../records/record-seal.ts'
import { resealBatchRecords, resealPageRecords, resealTickRecords } from './limits.ts'

export type ResealContext = SealContext & {
  readonly entropy: Entropy
  readonly store: Store
  /** Of every commit. */
  readonly conditions: () => readonly Condition[]
}

export type Reseal = {
  /** Some records more; true once nothing is left that another key sealed. */
  step(): Promise<boolean>
}

const batchesOf = (records: readonly StoredRecord[]): readonly (readonly StoredRecord[])[] => {
  const batches: StoredRecord[][] = []
  for (let from = 0; from < records.length; from += resealBatchRecords) {
    batches.push(records.slice(from, from + resealBatchRecords))
  }
  return batches
}

/** Without those that do not open: this zone never sealed them, and no key of it opens them. */
const batchOf = (context: ResealContext, records: readonly StoredRecord[]): Batch | undefined => {
  const writes: Batch['writes'][number][] = []
  const conditions = [...context.conditions()]
  for (const { key, value, revision } of records) {
    const name = key as RecordName
    const opened = openRecord(context, name, value)
    if (opened === undefined) continue
    conditions.push({ key, revision })
    const again = { name, ...opened, written: opened.written ?? revision }
    writes.push({ type: 'put', key, value: sealRecord(context, again) })
    opened.payload.fill(0)
  }
  return writes.length === 0 ? undefined : { conditions, writes }
}

export const createReseal = (context: ResealContext): Reseal => {
  const { store, zoneKeys } = context
  let from: string | undefined
  let isClean = true

  /** True where all of them are sealed again. Some was written meanwhile: one by one. */
  const sealAll = async (records: readonly StoredRecord[]): Promise<boolean> => {
    const batch = batchOf(context, records)
    if (batch === undefined) return true
    const { outcome } = await store.commit(batch)
    if (outcome === 'applied') return true
    if (outcome === 'unknown' || records.length === 1) return false
    let all = true
    for (const record of records) all = (await sealAll([record])) && all
    return all
  }

  const page = async (): Promise<number> => {
    const options = { limit: resealPageRecords, ...(from === undefined ? {} : { from }) }
    const { records, next } = await reading(() => store.scan('', options))
    const { epoch } = zoneKeys.current()
    const old = records.filter(({ value }) => sealedEpoch(value) !== epoch)
    for (const batch of batchesOf(old)) isClean = (await sealAll(batch)) && isClean
    from = next
    // Pages are read at a bounded rate too.
    return Math.max(old.length, resealBatchRecords)
  }

  return {
    step: async () => {
      for (let sealed = 0; sealed < resealTickRecords; ) {
        sealed += await page()
        if (from !== undefined) continue
        const isOver = isClean
        isClean = true
        return isOver
      }
      return false
    },
  }
}
