/** The conformance suite of stores on a real etcd. */
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import type { Store } from '@holdfast/enclave/ports/store'
import { describeStore } from '@holdfast/enclave/testing/store-conformance'
import { openEtcdStore } from '@holdfast/node/stores/etcd/open-etcd-store'
import { afterAll, beforeAll, describe } from 'vitest'
import { type EtcdCluster, etcdProgram, startEtcd } from '../support/etcd.ts'
import { findProgram } from '../support/program.ts'

const program = findProgram(etcdProgram)
const entropy = createEntropy()

describe.skipIf(program === undefined)('on a real etcd', () => {
  let cluster: EtcdCluster
  let stores = 0
  beforeAll(async () => {
    cluster = await startEtcd({ program: program! })
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  describeStore('etcd', async () => {
    stores += 1
    const config = { endpoints: cluster.endpoints, prefix: `store-${stores}` }
    const open = async (): Promise<Store> => {
      const opened = await openEtcdStore(config, { entropy })
      if (!opened.ok) throw new Error(opened.refusal.detail)
      return opened.value
    }
    let store = await open()
    return {
      store,
      reopen: async () => {
        await store.close()
        store = await open()
        return store
      },
      dispose: () => store.close(),
    }
  })
})
