/** The client against a whole mesh of real processes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import {
  type Client,
  encodeFeeMarketTransaction,
  generateApiKey,
  MeshId,
  openKeystore,
  RefusalError,
  secretText,
  senderOfTransaction,
  VerificationError,
  type WalletAnswer,
  ZoneId,
} from '@holdfast/sdk'
import { ethersSigner } from '@holdfast/sdk/ethers'
import { connect, nodeTransport } from '@holdfast/sdk/node'
import { viemAccount } from '@holdfast/sdk/viem'
import { Transaction, verifyTypedData } from 'ethers'
import { recoverTypedDataAddress, serializeTransaction, verifyMessage } from 'viem'
import { toAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'

let mesh: TestMesh
let client: Client
beforeAll(async () => {
  mesh = await startMesh()
  client = await mesh.connect()
}, 120_000)
afterAll(() => mesh?.stop(), 60_000)

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RefusalError)
  return (error as RefusalError).refusal.code
}

const seed = (accounts: readonly ('bitcoin' | 'ethereum' | 'solana')[]) => [
  {
    name: 'seed',
    kind: 'bip39' as const,
    source: { type: 'generate' as const },
    accounts: accounts.map((chain) => ({ chain })),
  },
]
const create = (options: Partial<Parameters<Client['createWallet']>[0]> = {}) =>
  client.createWallet({ name: 'test', keys: seed(['ethereum']), ...options })
const accountOf = ({ wallet }: WalletAnswer, chain = 'ethereum') =>
  wallet.accounts.find((account) => account.chain === chain)!

const unsigned = (nonce: bigint) =>
  encodeFeeMarketTransaction({
    chainId: 31_337n,
    nonce,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 10n ** 10n,
    gas: 21_000n,
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    value: 1n,
  })
const transfer = (nonce = 0n) =>
  ({ kind: 'ethereum.transaction', transaction: toHex(unsigned(nonce)) }) as const

describe('a client of a whole mesh', () => {
  it('trusts a node only under the mesh id that it was given', async () => {
    const other = connect({
      nodes: [mesh.nodes[0]!.url],
      mesh: MeshId(`mesh_${'00'.repeat(32)}`),
    })
    await expect(other).rejects.toThrow(VerificationError)
    expect(client.simulated).toBe(true)
  })

  it('shows an address only when as many zones as its durability hold the wallet', async () => {
    const answer = await create({ durability: 3 })
    expect(answer.durability).toMatchObject({ state: 'final', missing: [] })
    expect([...answer.durability.confirmed].toSorted()).toEqual(['ap-south', 'eu-west', 'us-east'])
  })

  it('continues a creation whose bytes are repeated', async () => {
    const prepared = await client.prepare.createWallet({ name: 'once', keys: seed(['ethereum']) })
    const [first, second] = [await client.send(prepared), await client.send(prepared)]
    expect(second.wallet.id).toBe(first.wallet.id)
    expect(second.wallet.accounts).toEqual(first.wallet.accounts)
  })

  it('refuses a placement that too few zones fulfil, before anything is stored', async () => {
    const count = async () => (await client.listWallets({ limit: 1000 })).wallets.length
    const before = await count()
    expect(await codeOf(create({ placement: { minLevel: 9 } }))).toBe('too_few_zones')
    expect(await codeOf(create({ placement: { copies: 1 }, durability: 2 }))).toBe('too_few_zones')
    expect(await count()).toBe(before)
  })

  it.each(['websocket', 'https', 'plain'] as const)('signs by %s', async (channel) => {
    const created = await create()
    const other = await mesh.connect({ channel })
    const account = accountOf(created)
    const { signed, receipt } = await other.sign(
      { wallet: created.wallet.id, account: account.id },
      transfer(),
    )
    if (signed.kind !== 'ethereum.transaction') throw new Error('not a transaction')
    expect(senderOfTransaction(fromHex(signed.transaction))).toBe(account.address)
    expect(receipt.node.zone).toBe('eu-west')
  })

  it('speaks to nodes without TLS by sealed sessions alone', async () => {
    const other = await mesh.connect({ nodes: mesh.nodes.map((node) => node.plainUrl) })
    const { wallet } = await other.createWallet({ name: 'plain', keys: seed(['solana']) })
    expect((await other.showWallet(wallet.id)).wallet.id).toBe(wallet.id)
  })

  it('signs in a session that was authenticated once, where the policy says so', async () => {
    const created = await create({ proof: 'session' })
    const strict = await create()
    const other = await mesh.connect({ proof: 'session' })
    for (const { wallet } of [created, strict]) {
      const account = wallet.accounts[0]!
      const answer = await other.sign({ wallet: wallet.id, account: account.id }, transfer())
      expect(answer.receipt.persons).toEqual(['owner'])
    }
  })

  it('reaches a wallet outside the node’s zone by a session with a holder', async () => {
    const created = await create({
      home: ZoneId('us-east'),
      placement: { regions: [ZoneId('us-east'), ZoneId('ap-south')] },
    })
    const far = await mesh.connect({ nodes: [mesh.node('eu-west').url] })
    const signatory = { wallet: created.wallet.id, account: accountOf(created).id }
    const first = await far.sign(signatory, transfer())
    expect(['us-east', 'ap-south']).toContain(first.receipt.node.zone)
    await far.showWallet(created.wallet.id)
    const second = await far.sign(signatory, transfer(1n))
    // Now the placement is known, and the session itself ends in a holder.
    expect(second.receipt.node.zone).not.toBe('eu-west')
  })

  it('adds accounts by a change that is ordered behind what was seen', async () => {
    const { wallet } = await create()
    const [key] = wallet.keys
    const added = await client.addAccounts({
      wallet: wallet.id,
      key: key!.id,
      accounts: [{ chain: 'ethereum', path: "m/44'/60'/0'/0/1" }],
    })
    expect(added.wallet.accounts).toHaveLength(2)
    expect(added.wallet.version).toBe(2)
  })

  it('refuses strangers', async () => {
    const created = await create()
    using stranger = generateApiKey('p256')
    const other = await mesh.connect({ credentials: [stranger] })
    const signatory = { wallet: created.wallet.id, account: accountOf(created).id }
    expect(await codeOf(other.sign(signatory, transfer()))).toBe('unauthenticated')
    expect((await other.listWallets()).wallets).toEqual([])
  })
})

describe('an import', () => {
  const mnemonic =
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
  const importing = (source: Parameters<Client['importWallet']>[0]['keys'][number]['source']) =>
    client.importWallet({
      name: 'imported',
      keys: [
        {
          name: 'imported',
          kind: source.format === 'mnemonic' ? 'bip39' : 'secp256k1',
          source,
          accounts: [{ chain: 'ethereum' }],
        },
      ],
    })

  it('of a seed phrase has the address that every wallet derives from it', async () => {
    const created = await importing({ format: 'mnemonic', secret: secretText(mnemonic) })
    expect(accountOf(created).address).toBe('0x9858EfFD232B4033E47d90003D41EC34EcaEda94')
    expect(created.wallet.keys[0]).toMatchObject({ provenance: 'imported' })
  })

  it('of a keystore opens it here and sends the key sealed', async () => {
    const file = utf8(readFileSync(join(import.meta.dirname, 'vectors/keystore-v3.json'), 'utf8'))
    const created = await importing({ format: 'keystore', file, password: 'testpassword' })
    expect(accountOf(created).address.toLowerCase()).toBe(
      '0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b',
    )
    await expect(openKeystore(file, 'wrong')).rejects.toThrow('wrong_passphrase')
  })

  it('of a phrase with a wrong checksum is refused, and nothing is stored', async () => {
    const wrong = secretText(mnemonic.replace(/about$/, 'abandon'))
    expect(await codeOf(importing({ format: 'mnemonic', secret: wrong }))).toBe('bad_checksum')
  })

  it('leaves no trace of its secret in any store, log or configuration', async () => {
    const secret = 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'
    await importing({ format: 'mnemonic', secret: secretText(secret) })
    const words = 'doctor acoustic avoid'
    for (const { dir } of mesh.nodes) {
      for (const name of readdirSync(dir)) {
        const content = readFileSync(join(dir, name)).toString('latin1')
        expect(content.includes(words), `${name} of ${dir}`).toBe(false)
      }
    }
  })
})

describe('accounts of wallet libraries', () => {
  const typedData = {
    domain: { name: 'Mail', version: '1', chainId: 1 },
    types: {
      Mail: [
        { name: 'to', type: 'address' },
        { name: 'words', type: 'string' },
      ],
    },
    primaryType: 'Mail',
    message: { to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', words: 'hello' },
  } as const

  it('sign for viem', async () => {
    const created = await create({ allowUndecoded: true })
    const { id } = created.wallet
    const given = accountOf(created)
    const account = toAccount(
      viemAccount({ client, wallet: id, account: given, serializeTransaction }),
    )
    const { address } = account
    const signature = await account.signMessage({ message: 'hello' })
    expect(await verifyMessage({ address, message: 'hello', signature })).toBe(true)
    const typed = await account.signTypedData(typedData)
    expect(await recoverTypedDataAddress({ ...typedData, signature: typed })).toBe(address)
    const raw = await account.signTransaction({
      chainId: 1,
      nonce: 0,
      gas: 21_000n,
      maxFeePerGas: 1n,
      to: typedData.message.to,
      value: 1n,
      type: 'eip1559',
    })
    expect(senderOfTransaction(fromHex(raw.slice(2)))).toBe(address)
  })

  it('sign for ethers', async () => {
    const created = await create({ allowUndecoded: true })
    const account = accountOf(created)
    const signer = ethersSigner({ client, wallet: created.wallet.id, account })
    const { Mail } = typedData.types
    const signature = await signer.signTypedData(typedData.domain, { Mail }, typedData.message)
    const fields = Mail.map((field) => ({ ...field }))
    expect(verifyTypedData(typedData.domain, { Mail: fields }, typedData.message, signature)).toBe(
      account.address,
    )
    const transaction = Transaction.from({
      chainId: 1,
      to: typedData.message.to,
      value: 5,
      type: 2,
    })
    const raw = await signer.signTransaction(transaction)
    expect(Transaction.from(raw).from).toBe(account.address)
  })
})

describe('a connection whose TLS key is pinned', () => {
  it('refuses another key than the one that the evidence names', async () => {
    const [first, second] = mesh.nodes
    const transport = nodeTransport()
    const { verdict } = await client.enclave()
    const key = Buffer.from(verdict.identity.tlsPublicKey, 'base64url')
    transport.pin?.(second!.url, key, verdict.validUntilMs)
    const ask = (url: string) => transport.http({ method: 'GET', url, timeoutMs: 5000 })
    await expect(ask(`${second!.url}/v1/node`)).rejects.toThrow('TLS key')
    transport.pin?.(first!.url, key, verdict.validUntilMs)
    expect((await ask(`${first!.url}/v1/node`)).status).toBe(200)
    transport.close?.()
  })
})

describe('a mesh that loses its home node', () => {
  it('signs on from another zone, and the node catches up when it returns', async () => {
    const created = await create()
    const signatory = { wallet: created.wallet.id, account: accountOf(created).id }
    const home = mesh.node('eu-west')
    await home.kill('SIGKILL')
    const { receipt } = await client.sign(signatory, transfer())
    expect(receipt.node.zone).not.toBe('eu-west')
    const meanwhile = await create({ home: ZoneId('us-east') })
    await home.restart()
    const alone = await mesh.connect({ nodes: [home.url] })
    const shown = await expect
      .poll(async () => (await alone.showWallet(meanwhile.wallet.id)).node.zone, {
        timeout: 20_000,
      })
      .toBe('eu-west')
      .then(() => alone.showWallet(created.wallet.id))
    expect(shown.wallet.accounts).toEqual(created.wallet.accounts)
  }, 90_000)
})
