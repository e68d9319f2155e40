import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { concat, fromHex, toHex } from '@holdfast/base/bytes'
import {
  encodeAbiParameters,
  parseTransaction,
  serializeTransaction,
  type TransactionSerializable,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf } from '../../packages/enclave/src/signing/addresses.ts'
import { encodeRlpList, encodeRlpString } from '../../packages/enclave/src/signing/ethereum/rlp.ts'
import {
  ethereumAccount,
  privateKeyOf,
  signPayload,
  testCrypto,
} from '../../packages/enclave/src/signing/testing/sign-payload.ts'
import { type Anvil, startAnvil } from '../support/anvil.ts'

const privateKey = privateKeyOf(0x46)
const account = ethereumAccount(privateKey)
const own = addressOf({
  chain: 'ethereum',
  publicKey: testCrypto.secp256k1.publicKey(privateKey),
  crypto: testCrypto,
})
const recipient = `0x${'b0'.repeat(20)}` as const
const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n }
const gas = 100_000n

let anvil: Anvil
beforeAll(async () => {
  anvil = await startAnvil()
  await anvil.setBalance(own, 10n ** 20n)
})
afterAll(async () => anvil[Symbol.asyncDispose]())

const sign = (transaction: TransactionSerializable): string => {
  const unsigned = serializeTransaction(transaction).slice(2)
  const payload = { kind: 'ethereum.transaction', transaction: unsigned } as const
  const { signed } = signPayload({ payload, account, privateKey })
  if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
  return signed.transaction
}

const nextNonce = async () =>
  Number(await anvil.rpc<string>('eth_getTransactionCount', own, 'latest'))
const balance = async (address: string) =>
  BigInt(await anvil.rpc<string>('eth_getBalance', address, 'latest'))

type Receipt = { status: string; from: string; type: string; contractAddress: string | null }

/** A blob's proof takes the node some seconds before it mines. */
const receiptOf = async (hash: string): Promise<Receipt> => {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const receipt = await anvil.rpc<Receipt | null>('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt
    await delay(50)
  }
  throw new Error('the transaction was not mined')
}

const mine = async (raw: string): Promise<Receipt> => {
  const hash = await anvil.rpc<string>('eth_sendRawTransaction', `0x${raw}`)
  const receipt = await receiptOf(hash)
  expect(receipt.status).toBe('0x1')
  expect(receipt.from).toBe(own.toLowerCase())
  return receipt
}

/** A blob of zeros commits to the point at infinity, whose proof is the same point (EIP-4844). */
const infinity = fromHex(`c0${'00'.repeat(47)}`)
const versionedHash = `0x01${createHash('sha256').update(infinity).digest('hex').slice(2)}` as const

/** EIP-4844 §Networking: the transaction with its blobs, as a node takes it. */
const withBlob = (raw: string): string => {
  const list = (...items: Uint8Array[]) => encodeRlpList(items)
  const blob = list(encodeRlpString(new Uint8Array(131_072)))
  const point = list(encodeRlpString(infinity))
  return toHex(concat(Uint8Array.of(3), list(fromHex(raw.slice(2)), blob, point, point)))
}

describe('a real Ethereum node', () => {
  it.each([
    ['legacy', '0x0', { type: 'legacy', gasPrice: 10n ** 10n }],
    ['access-list', '0x1', { type: 'eip2930', gasPrice: 10n ** 10n, accessList: [] }],
    ['fee-market', '0x2', { type: 'eip1559', ...fees }],
  ] as const)('mines a signed %s transfer', async (_name, type, fields) => {
    const before = await balance(recipient)
    const raw = sign({
      ...fields,
      chainId: anvil.chainId,
      nonce: await nextNonce(),
      gas,
      to: recipient,
      value: 1234n,
    })
    expect((await mine(raw)).type).toBe(type)
    expect((await balance(recipient)) - before).toBe(1234n)
  })

  it('mines a signed blob transaction', async () => {
    const raw = sign({
      type: 'eip4844',
      chainId: anvil.chainId,
      nonce: await nextNonce(),
      gas,
      to: recipient,
      value: 5n,
      ...fees,
      maxFeePerBlobGas: 10n ** 10n,
      blobVersionedHashes: [versionedHash],
    })
    expect((await mine(withBlob(raw))).type).toBe('0x3')
  })

  it('mines a contract and a delegation to it', async () => {
    // Init code that returns the one byte 0x00 (STOP) as the contract's code.
    const deployed = await mine(
      sign({
        type: 'eip1559',
        chainId: anvil.chainId,
        nonce: await nextNonce(),
        gas,
        ...fees,
        data: '0x600160005260016000f3',
      }),
    )
    const contract = deployed.contractAddress as `0x${string}`
    const nonce = await nextNonce()
    const { signed } = signPayload({
      payload: {
        kind: 'ethereum.authorization',
        chainId: String(anvil.chainId),
        // The sender's own nonce rises before its authorization is read (EIP-7702).
        nonce: String(nonce + 1),
        address: contract.slice(2),
      },
      account,
      privateKey,
    })
    if (signed.kind !== 'ethereum.authorization') throw new Error('another kind')
    const raw = sign({
      type: 'eip7702',
      chainId: anvil.chainId,
      nonce,
      gas,
      to: recipient,
      ...fees,
      authorizationList: [
        {
          chainId: anvil.chainId,
          address: contract,
          nonce: nonce + 1,
          r: `0x${signed.r}`,
          s: `0x${signed.s}`,
          yParity: signed.yParity,
        },
      ],
    })
    expect((await mine(raw)).type).toBe('0x4')
    const code = await anvil.rpc<string>('eth_getCode', own, 'latest')
    expect(code).toBe(`0xef0100${contract.slice(2).toLowerCase()}`)
  })

  it('recovers the account from signed words, as contracts do', async () => {
    const payload = { kind: 'ethereum.message', message: toHex(fromHex('68656c6c6f')) } as const
    const { signed } = signPayload({ payload, account, privateKey })
    if (signed.kind !== 'ethereum.signature') throw new Error('another kind')
    const digest = testCrypto.keccak256(Buffer.from('\u0019Ethereum Signed Message:\n5hello'))
    const bytes = signed.signature
    const call = encodeAbiParameters(
      ['bytes32', 'uint256', 'bytes32', 'bytes32'].map((type) => ({ type })),
      [
        `0x${toHex(digest)}`,
        BigInt(`0x${bytes.slice(128)}`),
        `0x${bytes.slice(0, 64)}`,
        `0x${bytes.slice(64, 128)}`,
      ],
    )
    const ecrecover = `0x${'00'.repeat(19)}01`
    const recovered = await anvil.rpc<string>('eth_call', { to: ecrecover, data: call }, 'latest')
    expect(recovered.slice(-40)).toBe(own.slice(2).toLowerCase())
  })

  it('does not take a tampered transaction for the account', async () => {
    const nonce = await nextNonce()
    const raw = sign({
      type: 'eip1559',
      chainId: anvil.chainId,
      nonce,
      gas,
      to: recipient,
      value: 1n,
      ...fees,
    })
    const parsed = parseTransaction(`0x${raw}`)
    const { r, s, yParity, ...body } = parsed
    const tampered = serializeTransaction(
      { ...body, value: 2n },
      {
        r: r!,
        s: s!,
        yParity: yParity!,
      },
    )
    await expect(anvil.rpc('eth_sendRawTransaction', tampered)).rejects.toThrow()
    expect(await nextNonce()).toBe(nonce)
  })
})
