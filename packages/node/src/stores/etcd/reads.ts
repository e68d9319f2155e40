/** Reads of records, as of the last commit of the cluster; every answer is of the opened store. */
import { status } from '@grpc/grpc-js'
import { assert, attempt } from '@holdfast/base/errors'
import {
  type Page,
  type Revision,
  type StoredRecord,
  StoreUnavailable,
} from '@holdfast/enclave/ports/store'
import type { Calls } from './calls.ts'
import { pageRecordsMax, readDeadlineMs } from './limits.ts'
import type { Header, KeyValue, RangeRequest, RangeResponse } from './messages.ts'
import { type StorePlace, sameStore } from './store-identity.ts'

type Found = Omit<RangeResponse, 'header'> & { readonly header: Header }

/** All of these throw `StoreUnavailable`. */
export const createReads = (calls: Calls, place: StorePlace) => {
  const { keys, identity } = place

  const range = async (request: RangeRequest): Promise<Found | 'too_large'> => {
    // In one transaction with the marker: a store that was replaced has no records to give.
    const reading = { compare: [sameStore(place)], success: [{ requestRange: request }] }
    const answer = await calls.read(reading, readDeadlineMs)
    if (!answer.ok) {
      if (answer.status === status.RESOURCE_EXHAUSTED) return 'too_large'
      throw new StoreUnavailable('etcd does not answer')
    }
    const { header, succeeded, responses } = answer.value
    if (header?.clusterId !== identity.clusterId || !succeeded) {
      throw new StoreUnavailable('this is another store than the one that was opened')
    }
    const found = responses[0]?.responseRange
    if (found === undefined) throw new StoreUnavailable('etcd answered something else')
    return { ...found, header }
  }

  const recordOf = (kv: KeyValue): StoredRecord => {
    const key = attempt(() => keys.keyOf(kv.key))
    if (!key.ok) throw new StoreUnavailable('etcd has a key that no store wrote')
    return { key: key.value, value: kv.value, revision: kv.modRevision - identity.origin }
  }

  return {
    revision: async (): Promise<Revision> => {
      const found = await range({ key: keys.marker })
      if (found === 'too_large') throw new StoreUnavailable('the marker is too large')
      return found.header.revision - identity.origin
    },

    get: async (key: string): Promise<StoredRecord | undefined> => {
      const found = await range({ key: keys.record(key) })
      if (found === 'too_large') throw new StoreUnavailable('a record is too large')
      const [kv] = found.kvs
      return kv === undefined ? undefined : recordOf(kv)
    },

    scan: async (prefix: string, options: { limit: number; from?: string }): Promise<Page> => {
      assert(options.limit >= 1, 'a page has at least one record')
      const between = keys.range(prefix, options.from)
      let limit = Math.min(options.limit, pageRecordsMax)
      for (;;) {
        const found = await range({ ...between, limit: BigInt(limit) })
        if (found !== 'too_large') {
          const records = found.kvs.map(recordOf)
          const last = records.at(-1)
          const next = found.more && last !== undefined ? { next: `${last.key}\0` } : {}
          return { records, ...next, revision: found.header.revision - identity.origin }
        }
        if (limit === 1) throw new StoreUnavailable('a record is too large')
        limit = Math.ceil(limit / 4)
      }
    },
  }
}
