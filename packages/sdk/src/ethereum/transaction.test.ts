import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { type Hex, parseTransaction, serializeTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { decodeRlp, encodeRlp, type Rlp } from './rlp.ts'
import {
  encodeFeeMarketTransaction,
  personalMessageDigest,
  recoverEthereumSigner,
  senderOfTransaction,
} from './transaction.ts'

const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
const bytesOf = (hex: Hex) => fromHex(hex.slice(2))
const to = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

describe('recursive length prefixes', () => {
  const { tree } = fc.letrec<{ tree: Rlp }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.uint8Array({ maxLength: 70 }),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }))

  it('come back as what went in', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodeRlp(encodeRlp(value))).toEqual(value)
      }),
    )
  })

  it('have one encoding for each value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let value: Rlp
        try {
          value = decodeRlp(bytes)
        } catch (error) {
          expect(String(error)).toContain('bad_transaction')
          return
        }
        expect(encodeRlp(value)).toEqual(bytes)
      }),
    )
  })
})

describe('an unsigned transaction', () => {
  it('is what viem writes for the same fields', () => {
    const fields = {
      chainId: 31_337n,
      nonce: 7n,
      maxPriorityFeePerGas: 1_000_000_000n,
      maxFeePerGas: 30_000_000_000n,
      gas: 21_000n,
      to,
      value: 10n ** 18n,
    }
    const numbers = { chainId: 31_337, nonce: 7, type: 'eip1559' as const }
    expect(`0x${toHex(encodeFeeMarketTransaction(fields))}`).toBe(
      serializeTransaction({ ...fields, ...numbers, to }),
    )
    expect(parseTransaction(`0x${toHex(encodeFeeMarketTransaction(fields))}`).to).toBe(
      to.toLowerCase(),
    )
  })

  it('refuses what is no address', () => {
    const fields = { chainId: 1n, nonce: 0n, maxPriorityFeePerGas: 0n, maxFeePerGas: 0n, gas: 0n }
    expect(() => encodeFeeMarketTransaction({ ...fields, value: 0n, to: '0x12' })).toThrow(
      'invalid_field',
    )
  })
})

describe('the sender of a signed transaction', () => {
  const common = { nonce: 1, gas: 21_000n, to, value: 5n } as const
  it.each([
    ['type 0', { ...common, type: 'legacy', gasPrice: 9n, chainId: 1 }],
    ['type 0 before EIP-155', { ...common, type: 'legacy', gasPrice: 9n }],
    ['type 1', { ...common, type: 'eip2930', gasPrice: 9n, chainId: 10, accessList: [] }],
    ['type 2', { ...common, type: 'eip1559', maxFeePerGas: 9n, chainId: 10 }],
  ] as const)('is recovered (%s)', async (_, transaction) => {
    const signed = await account.signTransaction(transaction as never)
    expect(senderOfTransaction(bytesOf(signed))).toBe(account.address)
  })

  it('is recovered from personal_sign too', async () => {
    const message = utf8('hello, wörld')
    const signature = await account.signMessage({ message: { raw: message } })
    const digest = personalMessageDigest(message)
    expect(recoverEthereumSigner(digest, bytesOf(signature))).toBe(account.address)
  })

  it('refuses bytes that are no transaction', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => senderOfTransaction(bytes)).toThrow('bad_transaction')
      }),
    )
  })
})
