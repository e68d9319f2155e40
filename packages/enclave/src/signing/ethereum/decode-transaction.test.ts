import { signed as signedSchema } from '@holdfast/base/answers'
import { fromHex, toHex } from '@holdfast/base/bytes'
import { intent as intentSchema } from '@holdfast/base/intent'
import { parseValue } from '@holdfast/base/schema'
import { Transaction } from 'ethers'
import * as fc from 'fast-check'
import {
  serializeTransaction,
  type TransactionSerializable,
  parseTransaction as viemParse,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import {
  decodeOrThrow,
  ethereumAccount,
  privateKeyOf,
  refusalOf,
  signPayload,
} from '../testing/sign-payload.ts'
import { encodeRlpList, encodeRlpString, encodeRlpUint } from './rlp.ts'

const privateKey = privateKeyOf(0x46)
const account = ethereumAccount(privateKey)
const viemAccount = privateKeyToAccount(`0x${toHex(privateKey)}`)

const payloadOf = (transaction: string) =>
  ({ kind: 'ethereum.transaction', transaction: transaction.replace(/^0x/, '') }) as const

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((b) => `0x${toHex(b)}` as const)
const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => `0x${toHex(b)}` as const)
const data = fc.uint8Array({ maxLength: 100 }).map((b) => `0x${toHex(b)}` as const)
const wei = fc.bigInt({ min: 0n, max: 10n ** 24n })

const common = {
  chainId: fc.integer({ min: 1, max: 2 ** 48 }),
  nonce: fc.integer({ min: 0, max: 2 ** 40 }),
  gas: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  value: wei,
  data,
}
const accessList = fc.array(fc.record({ address, storageKeys: fc.array(word, { maxLength: 3 }) }), {
  maxLength: 3,
})
const fees = wei.chain((max) =>
  fc.record({
    maxFeePerGas: fc.constant(max),
    maxPriorityFeePerGas: fc.bigInt({ min: 0n, max }),
  }),
)

const transactions: Record<string, fc.Arbitrary<TransactionSerializable>> = {
  legacy: fc.record({
    ...common,
    to: fc.option(address),
    gasPrice: wei,
    type: fc.constant('legacy' as const),
  }),
  eip2930: fc.record({
    ...common,
    to: fc.option(address),
    gasPrice: wei,
    accessList,
    type: fc.constant('eip2930' as const),
  }),
  eip1559: fc
    .tuple(fc.record({ ...common, to: fc.option(address), accessList }), fees)
    .map(([body, fee]) => ({ ...body, ...fee, type: 'eip1559' as const })),
  eip4844: fc
    .tuple(
      fc.record({
        ...common,
        to: address,
        accessList,
        maxFeePerBlobGas: wei,
        blobVersionedHashes: fc.array(
          word.map((w) => `0x01${w.slice(4)}` as const),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
      }),
      fees,
    )
    .map(([body, fee]) => ({ ...body, ...fee, type: 'eip4844' as const })),
  eip7702: fc
    .tuple(
      fc.record({
        ...common,
        to: address,
        accessList,
        authorizationList: fc.array(
          fc.record({
            chainId: fc.integer({ min: 0, max: 2 ** 40 }),
            address,
            nonce: fc.integer({ min: 0, max: 2 ** 40 }),
            r: word,
            s: word,
            yParity: fc.constantFrom(0, 1),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
      fees,
    )
    .map(([body, fee]) => ({ ...body, ...fee, type: 'eip7702' as const })),
}

describe('Ethereum transactions', () => {
  // EIP-155 §Example.
  it("signs EIP-155's example to its published bytes", () => {
    const { signed, intent } = signPayload({
      payload: payloadOf(
        'ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080',
      ),
      account,
      privateKey,
    })
    expect(signed).toMatchObject({
      transaction:
        'f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080' +
        '25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276' +
        'a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    })
    expect(intent).toMatchObject({
      network: '1',
      fee: (21_000n * 20_000_000_000n).toString(),
      effects: [
        {
          type: 'transfer',
          asset: 'native',
          to: '0x3535353535353535353535353535353535353535',
          amount: '1000000000000000000',
        },
      ],
    })
  })

  it.each(Object.keys(transactions))(
    'signs %s transactions as viem and ethers do',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(transactions[type]!, async (transaction) => {
          const unsigned = serializeTransaction(transaction)
          const { signed, intent } = signPayload({
            payload: payloadOf(unsigned),
            account,
            privateKey,
          })
          const expected = await viemAccount.signTransaction(transaction)
          if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
          expect(`0x${signed.transaction}`).toBe(expected)
          parseValue(intentSchema, intent)
          parseValue(signedSchema, signed)
          const parsed = Transaction.from(expected)
          expect(`0x${signed.hash}`).toBe(parsed.hash)
          expect(parsed.from).toBe(viemAccount.address)
          expect(intent.network).toBe(parsed.chainId.toString())
          expect(intent.details['nonce']).toBe(String(parsed.nonce))
          expect(BigInt(intent.fee!)).toBe(feeOf(parsed))
          // Each wei is counted once, by the effect that moves it.
          const moved = intent.effects.map((effect) => {
            if (effect.type === 'call' || effect.type === 'deploy') return BigInt(effect.value)
            return effect.type === 'transfer' && effect.asset === 'native'
              ? BigInt(effect.amount)
              : 0n
          })
          expect(moved.reduce((sum, amount) => sum + amount, 0n)).toBe(parsed.value)
          const [first] = intent.effects
          if (parsed.to !== null) expect(first).toMatchObject({ to: parsed.to })
          if (parsed.to === null) expect(intent.effects[0]?.type).toBe('deploy')
        }),
        { numRuns: 60 },
      )
    },
  )

  it.each([
    ['a call', '01020304', ['call']],
    [
      'a token transfer',
      `a9059cbb${'00'.repeat(12)}${'22'.repeat(20)}${'00'.repeat(32)}`,
      ['transfer', 'transfer'],
    ],
  ] as const)('names the value that %s carries once', (_name, data, types) => {
    const unsigned = serializeTransaction({
      type: 'eip1559',
      chainId: 1,
      to: `0x${'35'.repeat(20)}`,
      value: 7n,
      data: `0x${data}`,
      maxFeePerGas: 9n,
    })
    const { effects } = decodeOrThrow(payloadOf(unsigned), account).intent
    expect(effects.map(({ type }) => type)).toEqual(types)
    expect(JSON.stringify(effects).match(/"7"/g)).toHaveLength(1)
  })

  it('names every delegation of a 7702 transaction', () => {
    fc.assert(
      fc.property(transactions['eip7702']!, (transaction) => {
        const { intent } = decodeOrThrow(payloadOf(serializeTransaction(transaction)), account)
        const delegates = intent.effects.filter((effect) => effect.type === 'delegate')
        const list = transaction.authorizationList ?? []
        expect(delegates.map((one) => [one.to.toLowerCase(), one.network])).toEqual(
          list.map((one) => [one.address, String(one.chainId)]),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('accepts no second encoding and no bytes around a transaction', () => {
    const unsigned = serializeTransaction({
      type: 'eip1559',
      chainId: 1,
      to: `0x${'35'.repeat(20)}`,
      maxFeePerGas: 9n,
      maxPriorityFeePerGas: 1n,
    })
    expect(refusalOf(payloadOf(unsigned), account)).toBeUndefined()
    expect(refusalOf(payloadOf(`${unsigned}00`), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(unsigned.slice(0, -2)), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(`0x05${unsigned.slice(4)}`), account)).toBe('bad_transaction')
  })

  const legacy = (fields: string[]): string =>
    toHex(encodeRlpList(fields.map((field) => encodeRlpString(fromHex(field)))))
  const six = ['09', '04a817c800', '5208', '35'.repeat(20), '01', '']

  it.each([
    ['no chain id', legacy(six)],
    ['chain id zero', legacy([...six, '', '', ''])],
    ['a chain id beyond EIP-2294', legacy([...six, '7fffffffffffffff', '', ''])],
    ['a signature already', legacy([...six, '25', '01', '01'])],
    ['a recipient of 19 bytes', legacy([...six.with(3, '35'.repeat(19)), '01', '', ''])],
    ['a nonce of nine bytes', legacy([...six.with(0, '01'.repeat(9)), '01', '', ''])],
    ['the last nonce (EIP-2681)', legacy([...six.with(0, 'ff'.repeat(8)), '01', '', ''])],
    ['an integer with a leading zero', legacy([...six.with(4, '0001'), '01', '', ''])],
    ['a value of 33 bytes', legacy([...six.with(4, '01'.repeat(33)), '01', '', ''])],
    ['a fee beyond 256 bits', legacy([...six.with(1, 'ff'.repeat(32)), '01', '', ''])],
  ])('refuses %s', (_name, transaction) => {
    expect(refusalOf(payloadOf(transaction), account)).toBe('bad_transaction')
  })

  it('refuses a blob transaction without blobs and one that creates a contract', () => {
    const uint = (value: number) => encodeRlpUint(Uint8Array.of(value))
    const list = (...items: Uint8Array[]) => encodeRlpList(items)
    const to = encodeRlpString(fromHex('35'.repeat(20)))
    const hash = encodeRlpString(fromHex(`01${'00'.repeat(31)}`))
    const of = (recipient: Uint8Array, hashes: Uint8Array) =>
      toHex(
        encodeRlpList(
          [1, 0, 1, 9, 9].map(uint).concat(recipient, uint(0), uint(0), list(), uint(1), hashes),
          3,
        ),
      )
    expect(refusalOf(payloadOf(of(to, list(hash))), account)).toBeUndefined()
    expect(refusalOf(payloadOf(of(to, list())), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(of(uint(0), list(hash))), account)).toBe('bad_transaction')
  })

  it('refuses a priority fee above the whole fee', () => {
    const fields = [1, 0, 10, 9, 9].map((value) => encodeRlpUint(Uint8Array.of(value)))
    const rest = [
      encodeRlpString(fromHex('35'.repeat(20))),
      encodeRlpUint(fromHex('')),
      fromHex('80'),
    ]
    const unsigned = toHex(encodeRlpList([...fields, ...rest, encodeRlpList([])], 2))
    expect(refusalOf(payloadOf(unsigned), account)).toBe('bad_transaction')
  })

  it('meets hostile bytes with a refusal, and reads no more than viem would', () => {
    const mutated = fc
      .tuple(
        fc.oneof(...Object.values(transactions)),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom('set', 'cut', 'insert'),
      )
      .map(([transaction, at, byte, how]) => {
        const bytes = [...fromHex(serializeTransaction(transaction).slice(2))]
        const index = at % bytes.length
        if (how === 'set') bytes[index] = byte
        if (how === 'cut') bytes.splice(index, 1)
        if (how === 'insert') bytes.splice(index, 0, byte)
        return toHex(Uint8Array.from(bytes))
      })
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 }).map(toHex)), (hex) => {
        const refusal = refusalOf(payloadOf(hex), account)
        expect([undefined, 'bad_transaction']).toContain(refusal)
        if (refusal === undefined) expect(() => viemParse(`0x${hex}`)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses an account of another chain', () => {
    const unsigned = serializeTransaction({ type: 'eip1559', chainId: 1 })
    expect(refusalOf(payloadOf(unsigned), { ...account, chain: 'bitcoin' })).toBe('wrong_account')
  })
})

const feeOf = (parsed: Transaction): bigint => {
  const blobs = BigInt(parsed.blobVersionedHashes?.length ?? 0) * 131_072n
  const price = parsed.maxFeePerGas ?? parsed.gasPrice ?? 0n
  return parsed.gasLimit * price + blobs * (parsed.maxFeePerBlobGas ?? 0n)
}
