import { toHex } from '@holdfast/base/bytes'
import { intent as intentSchema } from '@holdfast/base/intent'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { parseValue } from '@holdfast/base/schema'
import { TypedDataEncoder } from 'ethers'
import * as fc from 'fast-check'
import { hashTypedData } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { decodeOrThrow, ethereumAccount, refusalOf, signPayload } from '../testing/sign-payload.ts'

type TypedData = Extract<SignPayload, { kind: 'ethereum.typed-data' }>['typedData']

// EIP-712's example signs with the Keccak-256 of "cow".
const privateKey = Uint8Array.from(
  Buffer.from('c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4', 'hex'),
)
const account = ethereumAccount(privateKey)
const payloadOf = (typedData: TypedData) => ({ kind: 'ethereum.typed-data', typedData }) as const
const effectsOf = (typedData: TypedData) =>
  decodeOrThrow(payloadOf(typedData), account).intent.effects
const digestOf = (typedData: TypedData) =>
  toHex(decodeOrThrow(payloadOf(typedData), account).tasks[0]!.data)

const a = (byte: string) => `0x${byte.repeat(20)}`
const domainTypes = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]

// EIP-712 §Test Cases (Example.js, CC0).
const mail: TypedData = {
  types: {
    EIP712Domain: domainTypes,
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
}

const domain = { name: 'USD Coin', version: '2', chainId: 1, verifyingContract: a('cc') }
const checksummed = '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC'
const members = (text: string) =>
  text.split(',').map((member) => {
    const [type, name] = member.split(' ') as [string, string]
    return { name, type }
  })

const permit: TypedData = {
  types: {
    Permit: members('address owner,address spender,uint256 value,uint256 nonce,uint256 deadline'),
  },
  primaryType: 'Permit',
  domain,
  message: { owner: a('11'), spender: a('22'), value: '1000000', nonce: 0, deadline: '99' },
}

const permit2Domain = {
  name: 'Permit2',
  chainId: 1,
  verifyingContract: '0x000000000022D473030F116dDEE9F6B43aC78BA3',
}
const permit2Types = {
  PermitDetails: members('address token,uint160 amount,uint48 expiration,uint48 nonce'),
  PermitSingle: members('PermitDetails details,address spender,uint256 sigDeadline'),
  PermitBatch: members('PermitDetails[] details,address spender,uint256 sigDeadline'),
}
const details = { token: a('33'), amount: '77', expiration: 1, nonce: 0 }

describe('EIP-712', () => {
  it('signs the example of the specification to its published signature', () => {
    const { signed, intent } = signPayload({ payload: payloadOf(mail), account, privateKey })
    expect(digestOf(mail)).toBe('be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2')
    expect(signed).toEqual({
      kind: 'ethereum.signature',
      signature:
        '4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d' +
        '07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c',
    })
    expect(intent).toMatchObject({
      network: '1',
      effects: [{ type: 'unknown' }],
      details: { primaryType: 'Mail', domain: { name: 'Ether Mail' } },
    })
  })

  it('agrees with viem and ethers on generated types and values', () => {
    fc.assert(
      fc.property(typedDocuments, ({ types, message }) => {
        const { EIP712Domain: _, ...rest } = types
        const expected = hashTypedData({ types, primaryType: 'Root', domain, message } as never)
        expect(TypedDataEncoder.hash(domain, rest, message)).toBe(expected)
        const document: TypedData = { types, primaryType: 'Root', domain, message }
        expect(`0x${digestOf(document)}`).toBe(expected)
        parseValue(intentSchema, decodeOrThrow(payloadOf(document), account).intent)
      }),
      { numRuns: 200 },
    )
  })

  it('signs a permit as viem does', async () => {
    const { signed } = signPayload({ payload: payloadOf(permit), account, privateKey })
    const viemAccount = privateKeyToAccount(`0x${toHex(privateKey)}`)
    expect(signed).toMatchObject({
      signature: (await viemAccount.signTypedData(permit as never)).slice(2),
    })
  })

  it('names what an ERC-2612 permit allows', () => {
    expect(effectsOf(permit)).toEqual([
      {
        type: 'approve',
        asset: checksummed,
        spender: '0x2222222222222222222222222222222222222222',
        amount: '1000000',
      },
    ])
  })

  it("names what Dai's permit and a collection's permit allow", () => {
    const dai = {
      ...permit,
      types: {
        Permit: members('address holder,address spender,uint256 nonce,uint256 expiry,bool allowed'),
      },
      message: { holder: a('11'), spender: a('22'), nonce: 0, expiry: 0, allowed: true },
    }
    expect(effectsOf(dai)).toMatchObject([{ amount: String(2n ** 256n - 1n) }])
    const item = {
      ...permit,
      types: { Permit: members('address spender,uint256 tokenId,uint256 nonce,uint256 deadline') },
      message: { spender: a('22'), tokenId: 9, nonce: 0, deadline: 1 },
    }
    expect(effectsOf(item)).toMatchObject([{ asset: `${checksummed}/9`, amount: '1' }])
  })

  it('names what Permit2 allows, for the contract of that name alone', () => {
    const single: TypedData = {
      types: permit2Types,
      primaryType: 'PermitSingle',
      domain: permit2Domain,
      message: { details, spender: a('22'), sigDeadline: 1 },
    }
    const expected = {
      type: 'approve',
      asset: '0x3333333333333333333333333333333333333333',
      spender: '0x2222222222222222222222222222222222222222',
      amount: '77',
    }
    expect(effectsOf(single)).toEqual([expected])
    const batch = {
      ...single,
      primaryType: 'PermitBatch',
      message: { ...single.message, details: [details, details] },
    }
    expect(effectsOf(batch)).toEqual([expected, expected])
    const empty = { ...batch, message: { ...single.message, details: [] } }
    expect(effectsOf(empty)).toMatchObject([{ type: 'unknown' }])
    const other = { ...single, domain: { ...permit2Domain, verifyingContract: a('22') } }
    expect(effectsOf(other)).toMatchObject([{ type: 'unknown' }])
  })

  it('names what an ERC-3009 authorization moves', () => {
    const fields =
      'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce'
    const document: TypedData = {
      types: { TransferWithAuthorization: members(fields) },
      primaryType: 'TransferWithAuthorization',
      domain,
      message: {
        from: a('11'),
        to: a('22'),
        value: 5,
        validAfter: 0,
        validBefore: 9,
        nonce: `0x${'00'.repeat(32)}`,
      },
    }
    expect(effectsOf(document)).toMatchObject([
      { type: 'transfer', asset: checksummed, amount: '5' },
    ])
  })

  it('does not recognise a permit with another field, chain or no contract', () => {
    const unknown = [{ type: 'unknown' }]
    const types = { Permit: [...permit.types['Permit']!, { name: 'more', type: 'uint256' }] }
    const message = { ...permit.message, more: 1 }
    expect(effectsOf({ ...permit, types, message })).toMatchObject(unknown)
    expect(effectsOf({ ...permit, domain: { ...domain, chainId: 0 } })).toMatchObject(unknown)
    const { chainId: _, ...noChain } = domain
    expect(effectsOf({ ...permit, domain: noChain })).toMatchObject(unknown)
    const { verifyingContract: __, ...noContract } = domain
    expect(effectsOf({ ...permit, domain: noContract })).toMatchObject(unknown)
  })

  const having = (field: string, value: unknown): TypedData => ({
    ...permit,
    message: { ...permit.message, [field]: value } as TypedData['message'],
  })

  it.each([
    ['a negative unsigned integer', having('value', '-1')],
    ['an integer beyond its type', having('value', String(2n ** 256n))],
    ['a JSON number that is not exact', having('value', 2 ** 60)],
    ['an integer in text with a leading zero', having('value', '01')],
    ['a short address', having('spender', '0x22')],
    ['a wrong checksum of an address', having('spender', checksummed.replace('Cc', 'cC'))],
    ['a missing value', { ...permit, message: {} }],
    ['a type that does not exist', { ...permit, primaryType: 'toString' }],
    ['the domain as the message', { ...mail, primaryType: 'EIP712Domain' }],
    ['an alias of a type', { ...permit, types: { Permit: members('uint value') } }],
    ['a member that stands twice', { ...permit, types: { Permit: members('bool a,bool a') } }],
    ['a struct named like an atom', { ...permit, types: { ...permit.types, bool: [] } }],
    ['a domain field without a type', { ...mail, domain: { ...mail.domain, salt: '0x' } }],
    ['an unknown domain field', { ...permit, domain: { ...domain, extra: 1 } }],
    ['an unpaired surrogate', { ...mail, message: { ...mail.message, contents: '\ud800' } }],
  ])('refuses %s', (_name, typedData) => {
    expect(refusalOf(payloadOf(typedData), account)).toBe('bad_transaction')
  })

  it('ends in time on types that refer to each other', () => {
    const types = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `T${index}`,
        Array.from({ length: 60 }, (_, other) => ({ name: `m${other}`, type: `T${other}[]` })),
      ]),
    )
    const message = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`m${index}`, []]))
    const begun = performance.now()
    refusalOf(payloadOf({ types, primaryType: 'T0', domain, message }), account)
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  it('meets hostile documents with a refusal', () => {
    const name = fc.constantFrom('Root', 'Other', 'a', 'constructor', '__proto__', 'bool', '')
    const type = fc.constantFrom(
      'uint256',
      'Root',
      'Other[]',
      'bytes[2]',
      'x',
      '[]',
      'Root[][]',
      'constructor',
      'int7',
    )
    const document = fc.record({
      types: fc.dictionary(name, fc.array(fc.record({ name, type }), { maxLength: 3 })),
      primaryType: name,
      domain: fc.dictionary(fc.constantFrom('name', 'chainId', 'toString'), fc.jsonValue()),
      message: fc.dictionary(name, fc.jsonValue()),
    })
    fc.assert(
      fc.property(document, (typedData) => {
        const refusal = refusalOf(payloadOf(typedData as TypedData), account)
        expect([undefined, 'bad_transaction']).toContain(refusal)
      }),
      { numRuns: 500 },
    )
  })
})

const hexOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => `0x${toHex(bytes)}`)

const atoms: Record<string, fc.Arbitrary<unknown>> = {
  address: hexOf(20),
  bool: fc.boolean(),
  uint8: fc.integer({ min: 0, max: 255 }),
  uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(String),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  bytes4: hexOf(4),
  bytes32: hexOf(32),
  bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => `0x${toHex(bytes)}`),
  string: fc.string({ unit: 'grapheme' }),
}

/** A type and a value of it: an atom, or an array of atoms, of fixed length or not. */
const typedMember = fc
  .tuple(fc.constantFrom(...Object.keys(atoms)), fc.constantFrom('', '[]', '[2]', '[][2]'))
  .chain(([atom, suffix]) => {
    const value = atoms[atom]!
    const values = fc.array(value, { maxLength: 3 })
    const forms: Record<string, fc.Arbitrary<unknown>> = {
      '': value,
      '[]': values,
      '[2]': fc.tuple(value, value),
      '[][2]': fc.tuple(values, values),
    }
    return forms[suffix]!.map((chosen) => ({ type: atom + suffix, value: chosen }))
  })

const struct = fc.array(typedMember, { minLength: 1, maxLength: 5 }).map((list) => ({
  type: list.map(({ type }, index) => ({ name: `f${index}`, type })),
  value: Object.fromEntries(list.map(({ value }, index) => [`f${index}`, value])),
}))

const typedDocuments = fc.tuple(struct, struct).map(([root, inner]) => ({
  types: {
    EIP712Domain: domainTypes,
    Inner: inner.type,
    Root: [...root.type, { name: 'inner', type: 'Inner' }, { name: 'list', type: 'Inner[]' }],
  },
  message: { ...root.value, inner: inner.value, list: [inner.value, inner.value] },
})) as fc.Arbitrary<{ types: TypedData['types']; message: TypedData['message'] }>
