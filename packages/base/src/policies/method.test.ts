import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../policy.ts'
import type { CallCriterion } from '../policy-conditions.ts'
import { checkCalls, selectorOf } from './check-calls.ts'
import { fieldSteps, typeAt } from './field-path.ts'
import { knownMethods } from './known-methods.ts'
import { parseMethod } from './method.ts'

describe('a method as a policy writes it', () => {
  it.each([
    ['transfer(address to,uint256 value)', 'transfer(address,uint256)'],
    ['stop()', 'stop()'],
    [
      'swap((address token,uint128[2] amounts) give,bytes4 id,(bool on)[][3] flags)',
      'swap((address,uint128[2]),bytes4,(bool)[][3])',
    ],
    ['$a_1(int8 _x,bytes y,string z,bytes32 w,int256 v)', '$a_1(int8,bytes,string,bytes32,int256)'],
  ])('reads %s', (text, canonical) => {
    expect(parseMethod(text).canonical).toBe(canonical)
  })

  it.each([
    ['a parameter without a name', 'transfer(address)'],
    ['an alias', 'transfer(uint value)'],
    ['two spaces', 'transfer(address  to)'],
    ['a space behind the comma', 'transfer(address to, uint256 value)'],
    ['a type that does not exist', 'transfer(uint7 value)'],
    ['an integer of no bits', 'transfer(uint0 value)'],
    ['an integer that is too wide', 'transfer(uint264 value)'],
    ['fixed bytes that are too wide', 'transfer(bytes33 value)'],
    ['a fixed-point number', 'transfer(fixed128x18 value)'],
    ['a function as a type', 'transfer(function value)'],
    ['a name that stands twice', 'transfer(address to,address to)'],
    ['a list of no elements', 'transfer(address[0] to)'],
    ['an empty tuple', 'transfer(() to)'],
    ['what is not closed', 'transfer(address to'],
    ['what follows', 'transfer(address to) returns (bool)'],
    ['a missing parameter', 'transfer(address to,)'],
    ['the keyword', 'function transfer(address to)'],
    ['no name', '(address to)'],
    ['nothing', ''],
    ['tuples that nest too deeply', `f(${'('.repeat(5)}bool a${') b'.repeat(5)})`],
    ['lists that nest too deeply', 'f(bool[][][][][] a)'],
    ['too many parameters', `f(${Array.from({ length: 65 }, (_, at) => `bool a${at}`).join(',')})`],
  ])('refuses %s', (_what, text) => {
    expect(() => parseMethod(text)).toThrow('invalid_field')
  })

  it('has as many parameters, tuples and lists in each other as the limits say', () => {
    const many = Array.from({ length: 64 }, (_, at) => `bool a${at}`).join(',')
    expect(parseMethod(`f(${many})`).inputs).toHaveLength(64)
    expect(parseMethod('f((((bool a) b) c) d)').canonical).toBe('f((((bool))))')
    expect(parseMethod('f(bool[][][][] a)').canonical).toBe('f(bool[][][][])')
  })

  it('has the selector that the chain knows it by', () => {
    expect(selectorOf('transfer(address,uint256)', keccak_256)).toBe('a9059cbb')
    for (const [selector, canonical] of knownMethods) {
      expect(selectorOf(canonical, keccak_256), canonical).toBe(selector)
    }
  })
})

describe('the path of a field', () => {
  const { inputs } = parseMethod('f((address to,uint8[] sizes)[] orders,uint256 value)')

  it('leads through tuples and every element of lists', () => {
    expect(fieldSteps('orders[].sizes[]')).toEqual([
      { name: 'orders' },
      'each',
      { name: 'sizes' },
      'each',
    ])
    expect(typeAt(inputs, 'orders[].to')).toEqual({ kind: 'address' })
    expect(typeAt(inputs, 'orders[].sizes[]')).toEqual({ kind: 'uint', bits: 8 })
    expect(typeAt(inputs, 'value')).toEqual({ kind: 'uint', bits: 256 })
  })

  it.each(['order', 'orders.to', 'value[]', 'value.to', 'orders[][]', 'orders[].more'])(
    'leads nowhere at %s',
    (path) => {
      expect(typeAt(inputs, path)).toBeUndefined()
    },
  )
})

const policyOf = (...calls: readonly CallCriterion[]): Policy => ({
  format: 'holdfast policy v1',
  rules: [{ id: 'a', effect: 'allow', operations: ['sign'], when: { calls: [...calls] } }],
})
const hashing = { keccak256: keccak_256, known: knownMethods }
const why = (policy: Policy): string => {
  const checked = checkCalls(policy, hashing)
  return checked.ok ? 'ok' : checked.refusal.detail
}
const transfer = { method: 'transfer(address to,uint256 value)', selector: 'a9059cbb' }

describe('the methods of a policy', () => {
  it('pass with their own selectors and fitting conditions', () => {
    const address = `0x${'aB'.repeat(20)}`
    const where = [
      { field: 'to', in: [address] },
      { field: 'value', min: '1', max: '5' },
    ]
    expect(why(policyOf({ ...transfer, where }, transfer))).toBe('ok')
  })

  it('are refused with a selector that is not theirs', () => {
    expect(why(policyOf({ ...transfer, selector: '095ea7b3' }))).toBe(
      'a selector is not that of its method',
    )
    expect(why(policyOf({ ...transfer, method: 'transfer(address)' }))).toMatch(/^not a method/)
  })

  it('are refused where two have one selector, or one has that of a known method', () => {
    // Real collisions: with ERC-20's transfer, and of two with each other.
    const babbage = { method: 'many_msg_babbage(bytes1 a)', selector: 'a9059cbb' }
    expect(why(policyOf(babbage))).toBe('two methods have one selector')
    const left = { method: 'collate_propagate_storage(bytes16 a)', selector: '42966c68' }
    const right = { method: 'burn(uint256 a)', selector: '42966c68' }
    expect(why(policyOf(left))).toBe('ok')
    expect(why(policyOf(right, { ...right, to: [`0x${'11'.repeat(20)}`] }))).toBe('ok')
    expect(why(policyOf(left, right))).toBe('two methods have one selector')
  })

  const one = 'f(address to,uint8 size,int8 change,bool on,bytes data,bytes4 id,string text)'
  const method = { method: one, selector: selectorOf(parseMethod(one).canonical, keccak_256) }
  it.each([
    ['a field that is not there', { field: 'from', in: ['1'] }, 'names no field'],
    ['nothing said', { field: 'size' }, 'says nothing'],
    ['a bound of an address', { field: 'to', max: '1' }, 'no integer'],
    ['a bound of a text', { field: 'text', min: '1' }, 'no integer'],
    ['an address that is none', { field: 'to', in: ['0x11'] }, 'cannot have'],
    ['a negative unsigned integer', { field: 'size', in: ['-1'] }, 'cannot have'],
    ['a boolean in digits', { field: 'on', in: ['1'] }, 'cannot have'],
    ['bytes without their prefix', { field: 'data', in: ['ab'] }, 'cannot have'],
    ['fixed bytes in odd digits', { field: 'id', in: ['0xabc'] }, 'cannot have'],
    ['one value of two that cannot be', { field: 'size', in: ['1', 'x'] }, 'cannot have'],
  ])('are refused with %s', (_what, condition, part) => {
    expect(why(policyOf({ ...method, where: [condition] }))).toContain(part)
  })

  it.each([
    { field: 'change', in: ['-1', '0'] },
    { field: 'change', min: '-5' },
    { field: 'size', max: '5' },
    { field: 'on', in: ['true', 'false'] },
    { field: 'data', in: ['0x', '0xab'] },
    { field: 'id', in: ['0x01020304'] },
    { field: 'text', in: ['', 'any'] },
  ])('may ask %j', (condition) => {
    expect(why(policyOf({ ...method, where: [condition] }))).toBe('ok')
  })

  it('ask of typed data what its type says, and something', () => {
    const typed = (typedData: object): Policy => ({
      ...policyOf(),
      rules: [
        {
          id: 'a',
          effect: 'allow',
          operations: ['sign'],
          when: { typedData: [typedData] as never },
        },
      ],
    })
    expect(why(typed({}))).toBe('a form of typed data says nothing')
    expect(why(typed({ where: [{ field: 'a', in: ['1'] }] }))).toMatch(/want its type/)
    expect(why(typed({ type: 'A(bool a)', where: [{ field: 'a' }] }))).toBe(
      'a condition says nothing',
    )
    for (const enough of [{ type: 'A()' }, { domain: { name: 'x' } }]) {
      expect(why(typed(enough))).toBe('ok')
    }
    expect(why(typed({ type: 'A(bool a)', where: [{ field: 'a', in: ['true'] }] }))).toBe('ok')
  })
})
