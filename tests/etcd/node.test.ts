/** Nodes whose zones are on a real etcd: they start, sign, and find everything again. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '@holdfast/base/bytes'
import { encodeFeeMarketTransaction, senderOfTransaction } from '@holdfast/sdk'
import { describe, expect, it } from 'vitest'
import { startEtcd } from '../support/etcd.ts'
import { startMesh } from '../support/mesh.ts'
import { program } from './support.ts'

const transaction = toHex(
  encodeFeeMarketTransaction({
    chainId: 31_337n,
    nonce: 0n,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 10n ** 10n,
    gas: 21_000n,
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    value: 1n,
  }),
)

describe.skipIf(program === undefined)('a mesh whose zones are on etcd', () => {
  it('creates a wallet and signs, also after all nodes were killed', async () => {
    await using cluster = await startEtcd({ program: program! })
    const [{ host, port } = { host: '', port: 0 }] = cluster.endpoints
    const store = { etcd: { endpoints: [`http://${host}:${port}`] } }
    await using mesh = await startMesh({ nodeConfig: { store } })
    const client = await mesh.connect()
    const { wallet } = await client.createWallet({
      name: 'test',
      durability: 3,
      keys: [
        {
          name: 'seed',
          kind: 'bip39',
          source: { type: 'generate' },
          accounts: [{ chain: 'ethereum' }],
        },
      ],
    })
    const [account] = wallet.accounts
    const sign = async (): Promise<void> => {
      const { signed } = await client.sign(
        { wallet: wallet.id, account: account!.id },
        { kind: 'ethereum.transaction', transaction },
      )
      if (signed.kind !== 'ethereum.transaction') throw new Error('not a transaction')
      expect(senderOfTransaction(fromHex(signed.transaction))).toBe(account!.address)
    }
    await sign()
    for (const node of mesh.nodes) {
      expect(existsSync(join(node.dir, 'store.sqlite'))).toBe(false)
      await node.kill()
    }
    await Promise.all(mesh.nodes.map((node) => node.restart()))
    await sign()
  })
})

it('loads neither the generator of code nor the parser of arguments that the library lists', () => {
  const store = new URL('../../packages/node/src/stores/etcd/open-etcd-store.ts', import.meta.url)
  const script = `
    import { createRequire } from 'node:module'
    await import(${JSON.stringify(store.href)})
    const { cache } = createRequire(${JSON.stringify(import.meta.url)})
    process.stdout.write(JSON.stringify(Object.keys(cache)))
  `
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  const loaded = (JSON.parse(run.stdout) as string[]).map((path) =>
    path.replace(/.*node_modules/, ''),
  )
  expect(loaded.some((path) => path.startsWith('/@grpc/grpc-js/'))).toBe(true)
  expect(loaded.filter((path) => /protobuf|proto-loader|yargs|\/long\//.test(path))).toEqual([])
})
