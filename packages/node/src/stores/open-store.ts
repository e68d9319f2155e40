/** Opens the store of a node. What the other kind needs is not even loaded. */
import { join } from 'node:path'
import type { Result } from '@holdfast/base/errors'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { Store } from '@holdfast/enclave/ports/store'
import type { NodeConfig } from '../config.ts'

/** Refuses `store_in_use` (SQLite), `store_failed`. */
export const openStore = async (
  config: Pick<NodeConfig, 'dir' | 'etcd'>,
  options: { readonly entropy: Entropy },
): Promise<Result<Store>> => {
  if (config.etcd !== undefined) {
    const { openEtcdStore } = await import('./etcd/open-etcd-store.ts')
    return openEtcdStore(config.etcd, options)
  }
  const { openSqliteStore } = await import('./sqlite/open-sqlite-store.ts')
  return openSqliteStore(join(config.dir, 'store.sqlite'), options)
}
