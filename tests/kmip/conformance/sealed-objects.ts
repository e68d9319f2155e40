/**
 * Where the objects of the cases are kept: sealed records of two zones, each change final in both,
 * as a node has them. A tenant is a wallet.
 */
import type { WalletId } from '../../../packages/base/src/ids.ts'
import type { ManagedObjects } from '../../../packages/enclave/src/objects/managed-objects.ts'
import { until } from '../../../packages/enclave/src/testing/core-world.ts'
import { isCompared, pass } from '../../../packages/enclave/src/testing/mesh-steps.ts'
import { testKey } from '../../../packages/enclave/src/testing/test-client.ts'
import { createTestMesh } from '../../../packages/enclave/src/testing/test-mesh.ts'
import { enrolWallet } from '../../../packages/enclave/src/testing/wallet-requests.ts'

export type SealedObjects = AsyncDisposable & {
  readonly objects: ManagedObjects
  /** A new wallet without objects. */
  tenant(): Promise<WalletId>
}

export const createSealedObjects = async (): Promise<SealedObjects> => {
  const mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
  await until(async () => {
    await pass(mesh)
    return isCompared(mesh)
  })
  const objects = mesh.node('eu-west').core.managedObjects()
  if (objects === undefined) throw new Error('the core has not started')
  const alice = testKey(mesh, 'alice')
  let tenants = 0
  return {
    objects: {
      state: objects.state.bind(objects),
      payload: objects.payload.bind(objects),
      list: objects.list.bind(objects),
      follow: objects.follow.bind(objects),
      holds: objects.holds.bind(objects),
      count: objects.count.bind(objects),
      change: objects.change.bind(objects),
      create: (wallet, made) => {
        // Objects are listed in the order of their creation: the clock of the mesh goes on.
        mesh.advance(1)
        return objects.create(wallet, made)
      },
    },
    tenant: async () => {
      tenants += 1
      return (await enrolWallet(mesh, [alice], { name: `tenant ${tenants}`, keys: [] })).wallet.id
    },
    [Symbol.asyncDispose]: () => mesh.stop(),
  }
}
