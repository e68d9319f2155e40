import { setTimeout as delay } from 'node:timers/promises'
import type { Account, Client, Intent, Wallet } from '@holdfast/sdk'
import { parseTransaction, serializeTransaction, type TransactionSerializable } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../support/anvil.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { accountOf, generated, receiver } from '../support/wallets.ts'

let mesh: TestMesh
let client: Client
let anvil: Anvil
let wallet: Wallet
let account: Account
beforeAll(async () => {
  ;[mesh, anvil] = await Promise.all([startMesh(), startAnvil()])
  client = await mesh.connect()
  const keys = [generated('bip39', { chain: 'ethereum' })]
  wallet = (await client.createWallet({ name: 'ethereum', keys })).wallet
  account = accountOf(wallet, 'ethereum')
  await anvil.setBalance(account.address, 10n ** 20n)
}, 120_000)
afterAll(async () => {
  await anvil?.[Symbol.asyncDispose]()
  await mesh?.stop()
})

const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n }
const gas = 100_000n
const signatory = () => ({ wallet: wallet.id, account: account.id })

const nextNonce = async (): Promise<number> =>
  Number(await anvil.rpc<string>('eth_getTransactionCount', account.address, 'latest'))
const balance = async (): Promise<bigint> =>
  BigInt(await anvil.rpc<string>('eth_getBalance', receiver, 'latest'))

const sign = async (
  transaction: TransactionSerializable,
): Promise<{ readonly raw: `0x${string}`; readonly decoded: Intent }> => {
  const unsigned = serializeTransaction(transaction).slice(2)
  const payload = { kind: 'ethereum.transaction', transaction: unsigned } as const
  const { signed, decoded } = await client.sign(signatory(), payload)
  if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
  return { raw: `0x${signed.transaction}`, decoded }
}

type Mined = { status: string; from: string; type: string; contractAddress: `0x${string}` | null }

const mine = async (raw: `0x${string}`): Promise<Mined> => {
  const hash = await anvil.rpc<string>('eth_sendRawTransaction', raw)
  for (let tries = 0; tries < 200; tries += 1) {
    const mined = await anvil.rpc<Mined | null>('eth_getTransactionReceipt', hash)
    if (mined !== null) return mined
    await delay(50)
  }
  throw new Error('the transaction was not mined')
}

describe('an Ethereum node', () => {
  it.each([
    ['0x0', { type: 'legacy', gasPrice: 10n ** 10n }],
    ['0x2', { type: 'eip1559', ...fees }],
  ] as const)('mines a transfer of type %s that the mesh has signed', async (type, fields) => {
    const before = await balance()
    const common = { chainId: anvil.chainId, nonce: await nextNonce(), gas, to: receiver }
    const { raw, decoded } = await sign({ ...fields, ...common, value: 1234n } as never)
    expect(decoded.effects).toEqual([
      { type: 'transfer', asset: 'native', to: receiver, amount: '1234' },
    ])
    const from = account.address.toLowerCase()
    expect(await mine(raw)).toMatchObject({ status: '0x1', type, from })
    expect((await balance()) - before).toBe(1234n)
  })

  it('mines a delegation of type 4 that the mesh has signed', async () => {
    const common = { type: 'eip1559', chainId: anvil.chainId, gas, ...fees } as const
    // Init code that returns the one byte 0x00 (STOP) as the contract's code.
    const deploy = await sign({
      ...common,
      nonce: await nextNonce(),
      data: '0x600160005260016000f3',
    })
    expect(deploy.decoded.effects).toMatchObject([{ type: 'deploy' }])
    const contract = (await mine(deploy.raw)).contractAddress!
    const nonce = await nextNonce()
    const { signed } = await client.sign(signatory(), {
      kind: 'ethereum.authorization',
      chainId: String(anvil.chainId),
      // The sender's own nonce rises before its authorization is read (EIP-7702).
      nonce: String(nonce + 1),
      address: contract.slice(2),
    })
    if (signed.kind !== 'ethereum.authorization') throw new Error('another kind')
    const authorization = {
      chainId: anvil.chainId,
      address: contract,
      nonce: nonce + 1,
      r: `0x${signed.r}`,
      s: `0x${signed.s}`,
      yParity: signed.yParity,
    } as const
    const { raw } = await sign({
      ...common,
      type: 'eip7702',
      nonce,
      to: receiver,
      authorizationList: [authorization],
    })
    expect(await mine(raw)).toMatchObject({ status: '0x1', type: '0x4' })
    const code = await anvil.rpc<string>('eth_getCode', account.address, 'latest')
    expect(code).toBe(`0xef0100${contract.slice(2).toLowerCase()}`)
  })

  it('takes nothing for the account whose bytes were changed after it signed', async () => {
    const nonce = await nextNonce()
    const { raw } = await sign({
      type: 'eip1559',
      chainId: anvil.chainId,
      nonce,
      gas,
      ...fees,
      to: receiver,
      value: 1n,
    })
    const { r, s, yParity, ...body } = parseTransaction(raw)
    const signature = { r: r!, s: s!, yParity: yParity! }
    const changed = serializeTransaction({ ...body, value: 2n } as never, signature)
    await expect(anvil.rpc('eth_sendRawTransaction', changed)).rejects.toThrow()
    expect(await nextNonce()).toBe(nonce)
  })
})
