/** What the tests on a real etcd share: opening stores, writing, reading a watch to a revision. */
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import type { Outcome, Revision, Store, StoreEvent, Watch } from '@holdfast/enclave/ports/store'
import type { EtcdConfig } from '@holdfast/node/stores/etcd/etcd-config'
import { openEtcdStore } from '@holdfast/node/stores/etcd/open-etcd-store'
import { etcdProgram } from '../support/etcd.ts'
import { findProgram } from '../support/program.ts'

export const program = findProgram(etcdProgram)
const entropy = createEntropy()

export const openStore = (config: EtcdConfig) => openEtcdStore(config, { entropy })

/** Throws where it is refused. */
export const opened = async (config: EtcdConfig): Promise<Store> => {
  const result = await openStore(config)
  if (!result.ok) throw new Error(result.refusal.detail)
  return result.value
}

export const put = (store: Store, key: string, value: string | Uint8Array): Promise<Outcome> =>
  store.commit({
    conditions: [],
    writes: [{ type: 'put', key, value: typeof value === 'string' ? text(value) : value }],
  })

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

export const applied = (outcome: Outcome): Revision => {
  if (outcome.outcome !== 'applied') throw new Error(outcome.outcome)
  return outcome.revision
}

export const revisionOf = (event: StoreEvent): Revision =>
  event.type === 'put' ? event.record.revision : event.revision

/** Everything that a watch gives up to a revision. */
export const readTo = async (watch: Watch, last: Revision): Promise<StoreEvent[]> => {
  const seen: StoreEvent[] = []
  for (;;) {
    const events = await watch.next()
    if (events === undefined || events === 'compacted') throw new Error(`the watch: ${events}`)
    seen.push(...events)
    if (revisionOf(seen.at(-1)!) >= last) return seen
  }
}
