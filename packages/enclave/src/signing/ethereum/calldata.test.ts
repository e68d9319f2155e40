import { fromHex, toHex } from '@holdfast/base/bytes'
import { effect as effectSchema } from '@holdfast/base/intent'
import { parseValue } from '@holdfast/base/schema'
import * as fc from 'fast-check'
import { encodeFunctionData, maxUint256, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { testCrypto } from '../testing/sign-payload.ts'
import { checksumAddress } from './address.ts'
import { readCalldata } from './calldata.ts'

const contract = checksumAddress(new Uint8Array(20).fill(0xcc), testCrypto)
const from = checksumAddress(new Uint8Array(20).fill(0xaa), testCrypto) as `0x${string}`
const to = checksumAddress(new Uint8Array(20).fill(0xbb), testCrypto) as `0x${string}`
const zero = `0x${'00'.repeat(32)}` as const

const read = (hex: string) =>
  readCalldata({ contract, data: fromHex(hex.replace(/^0x/, '')), crypto: testCrypto }).effects

const encode = (signature: string, args: readonly unknown[]): string => {
  const abi = parseAbi<readonly string[]>([`function ${signature}`])
  return encodeFunctionData({ abi, args })
}

const call = (selector: string) => ({ type: 'call', to: contract, value: '0', selector })
const moves = (asset: string, amount: bigint) => ({
  type: 'transfer',
  asset,
  to,
  amount: String(amount),
})
const allows = (asset: string, amount: bigint) => ({
  type: 'approve',
  asset,
  spender: to,
  amount: String(amount),
})

describe('calls of token contracts', () => {
  it.each([
    ['transfer(address,uint256)', [to, 5n], [moves(contract, 5n)]],
    [
      'transferFrom(address,address,uint256)',
      [from, to, 5n],
      [moves(contract, 5n), call('23b872dd')],
    ],
    ['approve(address,uint256)', [to, maxUint256], [allows(contract, maxUint256)]],
    ['increaseAllowance(address,uint256)', [to, 5n], [allows(contract, 5n)]],
    [
      'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
      [from, to, 5n, 9n, 27, zero, zero],
      [allows(contract, 5n)],
    ],
    ['safeTransferFrom(address,address,uint256)', [from, to, 7n], [moves(`${contract}/7`, 1n)]],
    [
      'safeTransferFrom(address,address,uint256,bytes)',
      [from, to, 7n, '0x0102'],
      [moves(`${contract}/7`, 1n)],
    ],
    [
      'safeTransferFrom(address,address,uint256,uint256,bytes)',
      [from, to, 7n, 3n, '0x'],
      [moves(`${contract}/7`, 3n)],
    ],
    [
      'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
      [from, to, [7n, 8n], [3n, 4n], '0x01'],
      [moves(`${contract}/7`, 3n), moves(`${contract}/8`, 4n)],
    ],
    ['setApprovalForAll(address,bool)', [to, true], [allows(contract, maxUint256)]],
    ['setApprovalForAll(address,bool)', [to, false], [allows(contract, 0n)]],
    ['withdraw(uint256)', [1n], [call('2e1a7d4d')]],
  ])('names what %s does', (signature, args, effects) => {
    const data = encode(signature, args)
    expect(read(data)).toEqual(effects)
    for (const effect of read(data)) parseValue(effectSchema, effect)
  })

  it('takes a known call in another encoding for any call', () => {
    const transfer = encode('transfer(address,uint256)', [to, 5n])
    expect(read(`${transfer}00`)).toEqual([call('a9059cbb')])
    expect(read(transfer.slice(0, -2))).toEqual([call('a9059cbb')])
    const dirty = transfer.replace('a9059cbb00', 'a9059cbb01')
    expect(read(dirty)).toEqual([call('a9059cbb')])
    const bool = encode('setApprovalForAll(address,bool)', [to, true]).replace(/01$/, '02')
    expect(read(bool)).toEqual([call('a22cb465')])
  })

  it('takes a batch with more items than amounts for any call', () => {
    const signature = 'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)'
    expect(read(encode(signature, [from, to, [7n, 8n], [3n], '0x']))).toEqual([call('2eb2c2d6')])
    expect(read(encode(signature, [from, to, [], [], '0x']))).toEqual([call('2eb2c2d6')])
  })

  it('has no selector for fewer than four bytes', () => {
    expect(read('010203')).toEqual([{ type: 'call', to: contract, value: '0' }])
  })

  it('reads any bytes to at least one effect that the schema allows', () => {
    const selectors = ['a9059cbb', '2eb2c2d6', 'b88d4fde', 'f242432a', '23b872dd']
    const hostile = fc
      .tuple(
        fc.constantFrom(...selectors),
        fc.array(
          fc.oneof(
            fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex),
            fc.integer({ min: 0, max: 300 }).map((n) => n.toString(16).padStart(64, '0')),
          ),
          { maxLength: 12 },
        ),
      )
      .map(([selector, words]) => selector + words.join(''))
    fc.assert(
      fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 100 }).map(toHex)), (hex) => {
        const effects = read(hex)
        expect(effects.length).toBeGreaterThan(0)
        for (const effect of effects) parseValue(effectSchema, effect)
      }),
      { numRuns: 500 },
    )
  })
})
