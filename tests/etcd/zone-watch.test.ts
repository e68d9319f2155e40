/** Two nodes on a real etcd, of which one's watch falls silent while calls are answered. */
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Store } from '@holdfast/enclave/ports/store'
import { codeOf, must, signRequest, until } from '@holdfast/enclave/testing/core-world'
import { createRequest, send, testKey } from '@holdfast/enclave/testing/test-client'
import { createTestMesh } from '@holdfast/enclave/testing/test-mesh'
import { describe, expect, it } from 'vitest'
import { startEtcd } from '../support/etcd.ts'
import { startStreamProxy } from '../support/stream-proxy.ts'
import { opened, program } from './support.ts'

describe.skipIf(program === undefined)('a node whose watch alone falls silent', () => {
  it('refuses within 800 ms, watches anew, and knows what it missed', async () => {
    await using cluster = await startEtcd({ program: program! })
    await using proxy = await startStreamProxy(cluster.endpoints[0]!)
    const prefix = 'eu-west'
    const stores = new Map<string, Store>([
      ['eu-west', await opened({ endpoints: cluster.endpoints, prefix })],
      ['eu-west/2', await opened({ endpoints: [proxy.endpoint], prefix })],
    ])
    const mesh = await createTestMesh({
      zones: ['eu-west'],
      more: ['eu-west/2'],
      seenBy: (name, memory) => stores.get(name) ?? memory,
    })
    const [alice, bob] = [testKey(mesh, 'alice'), testKey(mesh, 'bob')]
    const [first, second] = ['eu-west', 'eu-west/2'].map((name) => mesh.node(name).core)
    const persons = [alice, bob]
    const created = await send<WalletAnswer>(first!, createRequest(mesh, persons), 'enrol', persons)
    const { wallet } = must(created)
    const sign = async (key = bob): Promise<string> =>
      codeOf(await send<SignAnswer>(second!, signRequest(mesh, wallet), 'sign', [key]))
    await until(async () => (await sign()) === 'ok')

    proxy.silence()
    const { epoch, version } = wallet
    const removal = {
      operation: 'credential.remove',
      mesh: mesh.mesh,
      expiresAt: new Date(mesh.nowMs() + 60_000).toISOString(),
      wallet: wallet.id,
      base: { epoch, version },
      credential: bob.credential.id,
    }
    must(await send<WalletAnswer>(first!, removal, 'change', [alice]))
    mesh.advance(800)
    expect(await sign()).toBe('stale_zone')
    expect(second!.status().state).toBe('late')
    await until(() => proxy.lost() > 0)
    mesh.advance(700)
    await until(async () => (await sign(alice)) === 'ok')
    expect(await sign(bob)).not.toBe('ok')

    await mesh.stop()
    for (const store of stores.values()) await store.close()
  }, 60_000)
})
