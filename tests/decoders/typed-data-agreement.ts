/**
 * Generated EIP-712 documents: the digest by viem and ethers, and for permits and orders what the
 * signature allows, by the values that went in.
 */
import { toHex } from '@holdfast/base/bytes'
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import { decodePayload } from '@holdfast/enclave/signing/decode'
import { getAddress, TypedDataEncoder } from 'ethers'
import { hashTypedData } from 'viem'
import { account, privateKey } from './account.ts'
import { type Compare, type Disagreement, textOf } from './disagreement.ts'
import { isTaken } from './is-taken.ts'
import { generator, pick, type Random, randomHex, times } from './random.ts'

type Member = { readonly name: string; readonly type: string }
type Types = Record<string, Member[]>
type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
type Document = {
  readonly types: Types
  readonly primaryType: string
  readonly domain: Record<string, Json>
  readonly message: Record<string, Json>
  /** Where it is one that is understood. */
  readonly effects?: readonly Effect[]
}

const address = (random: Random): string => getAddress(`0x${randomHex(random, 20)}`)
const uint = (random: Random, bits: number): string =>
  BigInt.asUintN(bits, BigInt(`0x${randomHex(random, 1 + random(bits / 8))}`)).toString()
const int = (random: Random, bits: number): string =>
  BigInt.asIntN(bits, BigInt(`0x${randomHex(random, bits / 8)}`)).toString()

const atoms: Readonly<Record<string, (random: Random) => Json>> = {
  address,
  bool: (random) => random(2) === 1,
  uint8: (random) => random(256),
  uint128: (random) => uint(random, 128),
  uint256: (random) => uint(random, 256),
  int16: (random) => int(random, 16),
  int256: (random) => int(random, 256),
  bytes4: (random) => `0x${randomHex(random, 4)}`,
  bytes32: (random) => `0x${randomHex(random, 32)}`,
  bytes: (random) => `0x${randomHex(random, random(80))}`,
  string: (random) =>
    pick(random, ['', 'Grüße', 'plain text', '日本語 🎌', 'a'.repeat(random(90))]),
}

const listOf = (random: Random, suffix: string, make: () => Json): Json => {
  if (suffix === '') return make()
  const length = suffix === '[]' ? random(4) : 2
  return times(length, make) as Json[]
}

const valueOf = (random: Random, types: Types, type: string): Json => {
  const [, base = '', suffix = ''] = /^(\w+)(\[\d*\])?$/.exec(type) ?? []
  return listOf(random, suffix, () => {
    const members = types[base]
    if (members === undefined) return (atoms[base] as (random: Random) => Json)(random)
    return structOf(random, types, base)
  })
}

const structOf = (random: Random, types: Types, struct: string): Record<string, Json> =>
  Object.fromEntries(
    (types[struct] ?? []).map(({ name, type }) => [name, valueOf(random, types, type)]),
  )

const domainOf = (random: Random): Record<string, Json> => ({
  ...(random(2) === 0 ? {} : { name: 'Some name' }),
  ...(random(2) === 0 ? {} : { version: '1' }),
  chainId: 1 + random(100_000),
  verifyingContract: address(random),
  ...(random(4) === 0 ? { salt: `0x${randomHex(random, 32)}` } : {}),
})

/** Up to four structs, each of which may hold those behind it. */
const anyDocument = (random: Random): Document => {
  const names = ['Root', 'Alpha', 'Beta', 'Gamma'].slice(0, 1 + random(4))
  const types = Object.fromEntries(
    names.map((name, at): [string, Member[]] => [
      name,
      [
        ...times(1 + random(5), (index): Member => {
          const later = names.slice(at + 1)
          const base = pick(
            random,
            random(3) === 0 && later.length > 0 ? later : Object.keys(atoms),
          )
          return { name: `field${index}`, type: `${base}${pick(random, ['', '', '[]', '[2]'])}` }
        }),
      ],
    ]),
  )
  // Libraries refuse types that the first one does not lead to.
  const used = reachable(types, 'Root')
  const kept = Object.fromEntries(Object.entries(types).filter(([name]) => used.has(name)))
  const message = structOf(random, kept, 'Root')
  return { types: kept, primaryType: 'Root', domain: domainOf(random), message }
}

const reachable = (types: Types, from: string, found = new Set([from])): ReadonlySet<string> => {
  for (const { type } of types[from] ?? []) {
    const base = type.replace(/\[.*/, '')
    if (base in types && !found.has(base)) reachable(types, base, found.add(base))
  }
  return found
}

const members = (text: string): Member[] =>
  text.split(',').map((one) => {
    const [type = '', name = ''] = one.split(' ')
    return { type, name }
  })

type Known = (random: Random) => Document

const permit: Known = (random) => {
  const domain = domainOf(random)
  const types = {
    Permit: members('address owner,address spender,uint256 value,uint256 nonce,uint256 deadline'),
  }
  const message = structOf(random, types, 'Permit')
  const effect: Effect = {
    type: 'approve',
    asset: domain['verifyingContract'] as string,
    spender: message['spender'] as string,
    amount: message['value'] as string,
  }
  return { types, primaryType: 'Permit', domain, message, effects: [effect] }
}

const permit2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3'
const permitBatch: Known = (random) => {
  const types = {
    PermitBatch: members('PermitDetails[] details,address spender,uint256 sigDeadline'),
    PermitDetails: members('address token,uint160 amount,uint48 expiration,uint48 nonce'),
  }
  const details = times(1 + random(3), () => ({
    token: address(random),
    amount: uint(random, 160),
    expiration: random(2 ** 31),
    nonce: random(1000),
  }))
  const spender = address(random)
  return {
    types,
    primaryType: 'PermitBatch',
    domain: { name: 'Permit2', chainId: 1, verifyingContract: permit2 },
    message: { details: [...details], spender, sigDeadline: 1 },
    effects: details.map(({ token, amount }) => ({
      type: 'approve',
      asset: token,
      spender,
      amount,
    })),
  }
}

const settlement = '0x9008D19f58AAbD9eD0D60971565AA8510560ab41'
const order: Known = (random) => {
  const types = {
    Order: members(
      'address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,' +
        'uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,' +
        'string sellTokenBalance,string buyTokenBalance',
    ),
  }
  const amounts = { sellAmount: uint(random, 96), buyAmount: uint(random, 96) }
  const plain = { validTo: random(2 ** 31), feeAmount: uint(random, 64) }
  const own = random(2) === 0
  const message = {
    ...structOf(random, { Order: types.Order.filter(({ type }) => type !== 'uint32') }, 'Order'),
    ...amounts,
    ...plain,
    ...(own ? { receiver: account.address } : {}),
  } as Record<string, Json>
  const sold = BigInt(amounts.sellAmount) + BigInt(plain.feeAmount)
  const got = { asset: message['buyToken'] as string, amount: amounts.buyAmount }
  return {
    types,
    primaryType: 'Order',
    domain: { name: 'Gnosis Protocol', version: 'v2', chainId: 1, verifyingContract: settlement },
    message,
    effects: [
      {
        type: 'order',
        asset: message['sellToken'] as string,
        amount: sold.toString(),
        to: settlement,
        receives: own ? [got] : [],
      },
    ],
  }
}

const compare = (crypto: Crypto, document: Document, note: (what: string) => void): void => {
  const { effects, ...typedData } = document
  const { types, primaryType, domain, message } = typedData
  const payload = { kind: 'ethereum.typed-data', typedData } as const
  const decoded = decodePayload({ payload, account, crypto })
  if (!decoded.ok) return note(`refused: ${decoded.refusal.code}`)
  const { intent, tasks, facts, finish } = decoded.value
  const signatures = tasks.map(({ data }) => crypto.secp256k1.sign({ digest: data, privateKey }))
  if (!isTaken(payload, finish(signatures), account.address)) note('the client')
  const digest = `0x${toHex(tasks[0]?.data ?? new Uint8Array())}`
  if (TypedDataEncoder.hash(domain, types, message) !== digest) note('digest by ethers')
  if (hashTypedData(typedData as never) !== digest) note('digest by viem')
  const encoded = TypedDataEncoder.from(types).encodeType(primaryType)
  if (facts?.typedData?.type !== encoded) note('type')
  const expected = effects ?? [
    { type: 'unknown', reason: 'typed data of a type that is not recognised' },
  ]
  if (textOf(intent.effects) !== textOf(expected)) note('effects')
}

export const typedDataDisagreements: Compare = (crypto, { count, seed }) => {
  const random = generator(seed)
  const kinds: readonly Known[] = [anyDocument, anyDocument, permit, permitBatch, order]
  return times(count, () => pick(random, kinds)(random)).flatMap((document) => {
    const found: Disagreement[] = []
    compare(crypto, document, (what) => void found.push({ transaction: textOf(document), what }))
    return found
  })
}
