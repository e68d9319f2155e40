/** A batch as one transaction of etcd, and what its answer says. */
import type { Batch, Outcome } from '@holdfast/enclave/ports/store'
import { compareTargets, type TxnRequest, type TxnResponse } from './messages.ts'
import { type StorePlace, sameStore } from './store-identity.ts'

/**
 * Compares every condition, and that the store is still the one that was opened. Where one fails
 * it reads the revisions of the conditions' keys in the same transaction, to name those that fail.
 */
export const transactionOf = (batch: Batch, place: StorePlace): TxnRequest => {
  const { keys, identity } = place
  return {
    compare: [
      sameStore(place),
      ...batch.conditions.map(({ key, revision }) => ({
        target: compareTargets.mod,
        key: keys.record(key),
        // An absent key has the revision 0 in etcd.
        modRevision: revision === 'absent' ? 0n : identity.origin + revision,
      })),
    ],
    success: batch.writes.map((write) =>
      write.type === 'put'
        ? { requestPut: { key: keys.record(write.key), value: write.value } }
        : { requestDeleteRange: { key: keys.record(write.key) } },
    ),
    failure: batch.conditions.map(({ key }) => ({
      requestRange: { key: keys.record(key), keysOnly: true },
    })),
  }
}

/** Unknown also where the answer is of another store, or none that etcd gives. */
export const outcomeOf = (batch: Batch, place: StorePlace, response: TxnResponse): Outcome => {
  const { clusterId, origin } = place.identity
  const { header, responses } = response
  if (header === undefined || header.clusterId !== clusterId) return { outcome: 'unknown' }
  if (response.succeeded) return { outcome: 'applied', revision: header.revision - origin }
  const failed = batch.conditions.filter(({ revision }, index) => {
    const found = responses[index]?.responseRange?.kvs[0]?.modRevision
    return (found === undefined ? 'absent' : found - origin) !== revision
  })
  if (failed.length === 0) return { outcome: 'unknown' }
  return { outcome: 'not_applied', failed: failed.map(({ key }) => key) }
}
