import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex } from '@holdfast/base/bytes'
import { getAddress } from 'ethers'
import { type Hex, keccak256, recoverTransactionAddress, serializeTransaction } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  decodeOrThrow,
  ethereumAccount,
  privateKeyOf,
  testCrypto,
} from '../testing/sign-payload.ts'
import { readCall } from './read-call.ts'

type Vector = {
  readonly name: string
  readonly hash: Hex
  readonly from: string
  readonly fields: { readonly type: 'legacy' | 'eip1559' } & Readonly<
    Record<string, string | number>
  >
  readonly signature: { readonly v: string; readonly r: Hex; readonly s: Hex }
  readonly effect: Readonly<Record<string, string>>
}
type Vectors = {
  readonly transactions: readonly Vector[]
  readonly permit: {
    readonly name: string
    readonly contract: string
    readonly data: Hex
    readonly spender: string
  }
}

const path = join(import.meta.dirname, 'vectors/mainnet-calls.json')
const { transactions, permit } = JSON.parse(readFileSync(path, 'utf8')) as Vectors

const checksummed = (effect: Vector['effect']) =>
  Object.fromEntries(
    Object.entries(effect).map(([name, value]) => [
      name,
      /^0x[0-9a-f]{40}$/.test(value) ? getAddress(value) : value,
    ]),
  )

/** Quantities as viem takes them. */
const transactionOf = ({ fields }: Vector) => {
  const { gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas, ...rest } = fields
  const quantities = { gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas }
  return {
    ...rest,
    ...Object.fromEntries(
      Object.entries(quantities).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, BigInt(value)]],
      ),
    ),
  } as never
}

const signatureOf = ({ fields, signature: { v, r, s } }: Vector) => {
  const value = BigInt(v)
  const yParity = fields.type === 'legacy' ? Number((value - 35n) % 2n) : Number(value)
  return { r, s, yParity, ...(fields.type === 'legacy' ? { v: value } : {}) } as never
}

describe('calls of tokens on the main network', () => {
  it.each(transactions)('are what their hash and their sender say: $name', async (vector) => {
    const signed: Hex = serializeTransaction(transactionOf(vector), signatureOf(vector))
    expect(keccak256(signed)).toBe(vector.hash)
    const sender = await recoverTransactionAddress({ serializedTransaction: signed as never })
    expect(sender.toLowerCase()).toBe(vector.from)
  })

  it.each(transactions)('have the effect that they had: $name', (vector) => {
    const transaction = serializeTransaction(transactionOf(vector)).slice(2)
    const payload = { kind: 'ethereum.transaction', transaction } as const
    const { intent } = decodeOrThrow(payload, ethereumAccount(privateKeyOf(1)))
    expect(intent.effects).toEqual([checksummed(vector.effect)])
  })

  it('approve by a permit what it names', () => {
    const to = getAddress(permit.contract)
    const call = { to, value: 0n, data: fromHex(permit.data.slice(2)) }
    expect(readCall(call, testCrypto).effects).toEqual([
      {
        type: 'approve',
        asset: to,
        spender: getAddress(permit.spender),
        amount: String(2n ** 256n - 1n),
      },
    ])
  })
})
