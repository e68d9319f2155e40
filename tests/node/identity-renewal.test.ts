/** A mesh of real processes whose identities live for seconds, under signatures all the while. */
import { readFile } from 'node:fs/promises'
import { toHex } from '@holdfast/base/bytes'
import { BufferSecret } from '@holdfast/base/secret'
import { type Client, encodeFeeMarketTransaction } from '@holdfast/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'

const lifetimeMs = 10_000
const signsForMs = 16_000

let mesh: TestMesh
beforeAll(async () => {
  mesh = await startMesh({ env: { HOLDFAST_TEST_IDENTITY_LIFETIME_MS: String(lifetimeMs) } })
}, 120_000)
afterAll(() => mesh?.stop(), 60_000)

const transfer = (nonce: number) => {
  const bytes = encodeFeeMarketTransaction({
    chainId: 31_337n,
    nonce: BigInt(nonce),
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 10n ** 10n,
    gas: 21_000n,
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    value: 1n,
  })
  return { kind: 'ethereum.transaction', transaction: toHex(bytes) } as const
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A wallet with an imported key and what signs with it. */
const walletOf = async (client: Client, seed: number) => {
  const secret = new BufferSecret(new Uint8Array(32).fill(seed))
  const source = { format: 'raw', secret } as const
  const accounts = [{ chain: 'ethereum' as const }]
  const { wallet } = await client.importWallet({
    name: `renewal ${seed}`,
    keys: [{ name: 'hot', kind: 'secp256k1', source, accounts }],
  })
  return { wallet: wallet.id, account: wallet.accounts[0]!.id }
}

const metric = async (management: string, name: string): Promise<number> => {
  const text = await (await fetch(`${management}/metrics`)).text()
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
}

it('renews identities while clients sign, and no signature fails', async () => {
  const nodes = mesh.nodes.map(({ url }) => url)
  const [first, second, third] = nodes as [string, string, string]
  const clients = await Promise.all([
    mesh.connect(),
    mesh.connect({ nodes: [second], channel: 'https' }),
    mesh.connect({ nodes: [third], channel: 'plain' }),
    mesh.connect({ nodes: [first] }),
  ])
  const identities = new Set<string>()
  const boots = new Set<string>()
  const failures: unknown[] = []
  const endAt = performance.now() + signsForMs
  const signs = clients.map(async (client, index) => {
    const signatory = await walletOf(client, index + 1)
    for (let nonce = 0; performance.now() < endAt; nonce += 1) {
      const beganMs = performance.now()
      await client.sign(signatory, transfer(nonce)).catch((error) => failures.push(error))
      expect(performance.now() - beganMs).toBeLessThan(4000)
      await pause(40)
    }
  })
  const looks = (async () => {
    for (let seed = 100; performance.now() < endAt; seed += 1) {
      const { verdict } = await clients[3].verify()
      identities.add(verdict.identity.notBefore)
      boots.add(verdict.identity.boot)
      await walletOf(clients[0], seed).catch((error) => failures.push(error))
      await pause(900)
    }
  })()
  await Promise.all([...signs, looks])
  expect(failures).toEqual([])
  // Born, renewed at five seconds, at ten, at fifteen; one process all the while.
  expect(identities.size).toBeGreaterThanOrEqual(3)
  expect(boots.size).toBe(1)
  const node = mesh.nodes[0]!
  expect(await metric(node.management, 'holdfast_identity_expires_in_seconds')).toBeGreaterThan(0)
  expect(await metric(node.management, 'holdfast_identity_failures')).toBe(0)
  for (const client of clients) client.close()
  // Links were opened anew before the identities of those before ended.
  const log = await readFile(`${node.dir}/node.log`, 'utf8')
  expect(log).toContain('an identity of the link has ended')
  expect(log).not.toContain('verdict lost')
})
