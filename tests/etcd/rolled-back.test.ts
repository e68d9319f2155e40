/** An etcd that is put back to an older copy of its data under a node that runs. */
import { cpSync, rmSync } from 'node:fs'
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { codeOf, must, signRequest, until } from '@holdfast/enclave/testing/core-world'
import { createRequest, send, testKey } from '@holdfast/enclave/testing/test-client'
import { createTestMesh } from '@holdfast/enclave/testing/test-mesh'
import { describe, expect, it } from 'vitest'
import { startEtcd } from '../support/etcd.ts'
import { opened, program } from './support.ts'

describe.skipIf(program === undefined)('an etcd that was put back under a running node', () => {
  it('is served no longer by a node that remembers more', async () => {
    await using cluster = await startEtcd({ program: program! })
    const [member] = cluster.members
    const store = await opened({ endpoints: cluster.endpoints, prefix: 'eu-west' })
    const mesh = await createTestMesh({ zones: ['eu-west'], more: [], seenBy: () => store })
    const alice = testKey(mesh, 'alice')
    const { core } = mesh.node('eu-west')
    const create = async (): Promise<Wallet> => {
      const request = createRequest(mesh, [alice])
      return must(await send<WalletAnswer>(core, request, 'enrol', [alice])).wallet
    }
    const sign = async (wallet: Wallet): Promise<string> =>
      codeOf(await send<SignAnswer>(core, signRequest(mesh, wallet), 'sign', [alice]))
    const first = await create()

    const copy = `${member!.dir}.copy`
    await member!.kill('SIGTERM')
    cpSync(member!.dir, copy, { recursive: true })
    await member!.start()
    await until(async () => (await sign(first)) === 'ok')
    const second = await create()
    expect(await sign(second)).toBe('ok')

    await member!.kill('SIGKILL')
    rmSync(member!.dir, { recursive: true })
    cpSync(copy, member!.dir, { recursive: true })
    await member!.start()
    await expect.poll(() => core.status().state, { timeout: 20_000 }).toBe('fallen')
    expect(await sign(first)).toBe('not_ready')
    expect(await sign(second)).toBe('not_ready')
    await mesh.stop()
    await store.close()
  }, 90_000)
})
