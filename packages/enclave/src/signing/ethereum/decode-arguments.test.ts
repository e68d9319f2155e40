import { fromHex, toHex } from '@holdfast/base/bytes'
import { type AbiType, parseMethod } from '@holdfast/base/policies/method'
import { AbiCoder } from 'ethers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldValue } from '../field-value.ts'
import { decodeArguments } from './decode-arguments.ts'

const coder = AbiCoder.defaultAbiCoder()

const typeText = fc.letrec<{ type: string; atom: string; members: string }>((tie) => ({
  atom: fc.constantFrom(
    'address',
    'bool',
    'uint8',
    'uint256',
    'int16',
    'int256',
    'bytes1',
    'bytes32',
    'bytes',
    'string',
  ),
  members: fc
    .array(tie('type'), { minLength: 1, maxLength: 3 })
    .map((types) => `(${types.map((type, at) => `${type} m${at}`).join(',')})`),
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 2 },
    tie('atom'),
    fc.tuple(tie('type'), fc.constantFrom('[]', '[2]')).map(([type, list]) => type + list),
    tie('members'),
  ),
}))
const methodText = typeText.members.map((members) => `f${members}`)

const bytesOf = (length: { minLength: number; maxLength: number }) =>
  fc.uint8Array(length).map((bytes) => `0x${toHex(bytes)}`)

const atomValue = (type: Exclude<AbiType, { kind: 'array' | 'tuple' }>): fc.Arbitrary<unknown> => {
  if (type.kind === 'address') return bytesOf({ minLength: 20, maxLength: 20 })
  if (type.kind === 'bool') return fc.boolean()
  if (type.kind === 'bytes') return bytesOf({ minLength: 0, maxLength: 70 })
  if (type.kind === 'string') return fc.string({ unit: 'grapheme', maxLength: 40 })
  if (type.kind === 'fixed-bytes')
    return bytesOf({ minLength: type.length, maxLength: type.length })
  const half = 1n << BigInt(type.bits - 1)
  return type.kind === 'uint'
    ? fc.bigInt({ min: 0n, max: 2n * half - 1n })
    : fc.bigInt({ min: -half, max: half - 1n })
}

/** A value as ethers takes it. */
const valueOf = (type: AbiType): fc.Arbitrary<unknown> => {
  if (type.kind === 'tuple') {
    return fc.tuple(...type.members.map((member) => valueOf(member.type)))
  }
  if (type.kind !== 'array') return atomValue(type)
  const { length } = type
  const bounds = length === undefined ? { maxLength: 3 } : { minLength: length, maxLength: length }
  return fc.array(valueOf(type.of), bounds)
}

/** What was decoded, as ethers takes it. */
const plain = (value: FieldValue): unknown => {
  if (value.type === 'list') return value.items.map(plain)
  if (value.type === 'struct') return [...value.fields.values()].map(plain)
  return value.type === 'bytes' ? `0x${toHex(value.value)}` : value.value
}

const inputsOf = (text: string) => parseMethod(text).inputs
const generated = methodText.chain((text) => {
  const type: AbiType = { kind: 'tuple', members: inputsOf(text) }
  return valueOf(type).map((values) => ({ text, values }))
})

const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, '0')
const refused = (text: string, hex: string): void => {
  expect(() => decodeArguments(inputsOf(text), fromHex(hex))).toThrow('bad_transaction')
}

describe('the arguments of a call', () => {
  it('are what ethers encoded, for any types', () => {
    fc.assert(
      fc.property(generated, ({ text, values }) => {
        const types = inputsOf(text).map(({ type }) => canonical(type))
        const data = fromHex(coder.encode(types, values as readonly unknown[]).slice(2))
        expect(plain(decodeArguments(inputsOf(text), data))).toEqual(values)
      }),
      { numRuns: 500 },
    )
  })

  it('are refused where any byte is not in its place', () => {
    fc.assert(
      fc.property(generated, fc.nat(), fc.integer({ min: 1, max: 255 }), (made, at, flip) => {
        const types = inputsOf(made.text).map(({ type }) => canonical(type))
        const hex = coder.encode(types, made.values as readonly unknown[]).slice(2)
        const data = fromHex(hex)
        const index = at % data.length
        data[index] = (data[index] as number) ^ flip
        let decoded: unknown
        try {
          decoded = plain(decodeArguments(inputsOf(made.text), data))
        } catch (error) {
          expect(String(error)).toContain('bad_transaction')
          return
        }
        // What still decodes is other values, and encodes to these very bytes.
        expect(coder.encode(types, decoded as readonly unknown[]).slice(2)).toBe(toHex(data))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['an address with more than 20 bytes', 'f(address a)', word(1n << 160n)],
    ['a boolean that is neither', 'f(bool a)', word(2n)],
    ['an integer that is too large', 'f(uint8 a)', word(256n)],
    ['a signed integer that is too large', 'f(int8 a)', word(128n)],
    ['a signed integer that is too small', 'f(int8 a)', word(-129n)],
    ['fixed bytes with more', 'f(bytes4 a)', `${'11'.repeat(5)}${'00'.repeat(27)}`],
    ['arguments that are cut short', 'f(uint8 a,uint8 b)', word(1n)],
    ['bytes behind them', 'f(uint8 a)', word(1n) + word(0n)],
    ['an offset into the heads', 'f(bytes a)', word(0n) + word(0n)],
    ['a gap before a tail', 'f(bytes a)', word(64n) + word(0n) + word(0n)],
    ['a length beyond the end', 'f(bytes a)', word(32n) + word(33n) + word(0n)],
    ['a length that no memory has', 'f(uint8[] a)', word(32n) + word(1n << 200n)],
    ['bytes in the padding', 'f(bytes a)', word(32n) + word(1n) + word(1n)],
    ['text that is not UTF-8', 'f(string a)', `${word(32n)}${word(1n)}ff${'00'.repeat(31)}`],
    [
      'two tails in the wrong order',
      'f(bytes a,bytes b)',
      word(96n) + word(64n) + word(0n) + word(0n),
    ],
  ])('are refused with %s', (_what, text, hex) => {
    refused(text, hex)
  })

  it('end in time on lists of lists that claim to be long', () => {
    const begun = performance.now()
    refused('f(uint8[9999][9999][9999] a)', word(1n).repeat(100))
    refused('f(uint8[][] a)', word(32n) + word(4000n) + word(1n).repeat(4000))
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})

const canonical = (type: AbiType): string =>
  parseMethod(`f(${written(type)} a)`).canonical.slice(2, -1)
const written = (type: AbiType): string => {
  if (type.kind === 'array') return `${written(type.of)}[${type.length ?? ''}]`
  if (type.kind === 'tuple') {
    return `(${type.members.map((member) => `${written(member.type)} ${member.name}`).join(',')})`
  }
  if (type.kind === 'fixed-bytes') return `bytes${type.length}`
  return 'bits' in type ? `${type.kind}${type.bits}` : type.kind
}
