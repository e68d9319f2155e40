import { describe, expect, it } from 'vitest'
import { methodsOfAbi } from './abi-method.ts'

const swap = {
  type: 'function',
  name: 'swap',
  inputs: [
    {
      name: 'routes',
      type: 'tuple[]',
      components: [
        { name: 'to', type: 'address' },
        { name: 'min', type: 'uint256' },
      ],
    },
    { name: '', type: 'bool' },
  ],
  outputs: [],
  stateMutability: 'payable',
}
const text = 'swap((address to,uint256 min)[] routes,bool arg1)'
const other = { type: 'function', name: 'stop', inputs: [] }

describe('a JSON ABI', () => {
  it('gives its functions as policies write them', () => {
    expect(
      methodsOfAbi([swap, { type: 'event', name: 'swap', inputs: [] }, other], 'swap'),
    ).toEqual([text])
    expect(methodsOfAbi({ abi: [swap, other] })).toEqual([text, 'stop()'])
    expect(methodsOfAbi(swap)).toEqual([text])
    expect(methodsOfAbi([swap], 'none')).toEqual([])
  })

  it('is refused where it is none', () => {
    expect(() => methodsOfAbi('x')).toThrow('invalid_field')
  })
})
