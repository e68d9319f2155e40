/**
 * The store of a zone of several nodes: an etcd cluster. Every call has a deadline; a commit
 * without an answer is `unknown` and is never sent again.
 */
import { status } from '@grpc/grpc-js'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import {
  type Batch,
  type Outcome,
  type Store,
  StoreUnavailable,
  type Watch,
} from '@holdfast/enclave/ports/store'
import { checkBatch } from '../check-batch.ts'
import { type Calls, createCalls } from './calls.ts'
import { outcomeOf, transactionOf } from './commit.ts'
import type { EtcdConfig } from './etcd-config.ts'
import { createKeySpace, type KeySpace } from './key-space.ts'
import { commitDeadlineMs, openDeadlineMs } from './limits.ts'
import type { TxnResponse } from './messages.ts'
import { createReads } from './reads.ts'
import {
  identityIn,
  incarnationOf,
  markerCreation,
  markerIn,
  readMarker,
  type StoreIdentity,
  type StorePlace,
} from './store-identity.ts'
import { openWatch } from './watch.ts'

/** How etcd says that a user, a password or a right is missing or wrong. */
const notLetIn: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
])

/** The identity of the store that is there, or is made now. */
const establish = async (
  calls: Calls,
  keys: KeySpace,
  entropy: Entropy,
): Promise<Result<StoreIdentity>> => {
  const creation = markerCreation(keys, entropy.bytes(16))
  const until = performance.now() + openDeadlineMs
  for (;;) {
    const left = until - performance.now()
    if (left <= 0) return refuse('store_failed', 'the store cannot be made in etcd')
    const found = await readMarker(calls, keys, left)
    if (!found.ok) {
      const denied = notLetIn.has(found.status)
      return refuse('store_failed', denied ? 'etcd denies access' : 'etcd does not answer')
    }
    const identity = identityIn(found.value)
    if (identity !== undefined) return accept(identity)
    if (markerIn(found.value) !== undefined) {
      return refuse('store_failed', 'something else lies in the place of the store')
    }
    // Whatever comes of it, the next read tells: a marker is created once.
    await calls.write(creation, Math.min(commitDeadlineMs, left))
  }
}

const storeOf = (calls: Calls, place: StorePlace): Store => {
  const reads = createReads(calls, place)
  const watches = new Set<Watch>()
  const commits = new Set<Promise<unknown>>()
  let open = true

  const read = async <Value>(action: () => Promise<Value>): Promise<Value> => {
    if (!open) throw new StoreUnavailable('the store is closed')
    return action()
  }
  const marker = async (): Promise<TxnResponse> => {
    const answer = await readMarker(calls, place.keys)
    if (!answer.ok) throw new StoreUnavailable('etcd does not answer')
    return answer.value
  }
  const write = async (batch: Batch, deadlineMs: number): Promise<Outcome> => {
    const answer = await calls.write(transactionOf(batch, place), deadlineMs)
    return answer.ok ? outcomeOf(batch, place, answer.value) : { outcome: 'unknown' }
  }

  return {
    sharing: 'shared',
    incarnation: () =>
      read(async () => {
        const found = await marker()
        return incarnationOf(found.header?.clusterId ?? 0n, identityIn(found))
      }),
    revision: () => read(reads.revision),
    get: (key) => read(() => reads.get(key)),
    scan: (prefix, options) => read(() => reads.scan(prefix, options)),
    commit: async (batch, { deadlineMs } = { deadlineMs: commitDeadlineMs }) => {
      checkBatch(batch)
      if (!open) return { outcome: 'unknown' }
      const committed = write(batch, Math.min(deadlineMs, commitDeadlineMs))
      commits.add(committed)
      return committed.finally(() => commits.delete(committed))
    },
    watch: (prefix, after) => {
      const watch = openWatch({
        ...place,
        calls,
        prefix,
        after,
        onClose: () => watches.delete(watch),
      })
      watches.add(watch)
      if (!open) watch.close()
      return watch
    },
    close: async () => {
      if (!open) return
      open = false
      for (const watch of watches) watch.close()
      await Promise.allSettled(commits)
      calls.close()
    },
  }
}

/**
 * Opens (or makes) the store `prefix` of a cluster. Refuses `store_failed` where etcd does not
 * answer in time, denies access, or has something else there.
 *
 *     const endpoints = [{ host: '127.0.0.1', port: 2379 }]
 *     const store = await openEtcdStore({ endpoints, prefix: 'eu' }, { entropy })
 */
export const openEtcdStore = async (
  config: EtcdConfig,
  options: { readonly entropy: Entropy },
): Promise<Result<Store>> => {
  const calls = createCalls(config)
  const keys = createKeySpace(config.prefix)
  const identity = await establish(calls, keys, options.entropy)
  if (identity.ok) return accept(storeOf(calls, { keys, identity: identity.value }))
  calls.close()
  return identity
}
