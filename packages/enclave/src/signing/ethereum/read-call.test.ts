import { fromHex, toHex } from '@holdfast/base/bytes'
import { effect as effectSchema } from '@holdfast/base/intent'
import { knownMethods } from '@holdfast/base/policies/known-methods'
import { parseValue } from '@holdfast/base/schema'
import * as fc from 'fast-check'
import { concatHex, encodeFunctionData, encodePacked, type Hex, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { testCrypto } from '../testing/sign-payload.ts'
import { checksumAddress } from './address.ts'
import { holderNames } from './call-holders.ts'
import { readCall } from './read-call.ts'

const addressOf = (byte: number) =>
  checksumAddress(new Uint8Array(20).fill(byte), testCrypto) as Hex
const [account, token, to, other] = [
  addressOf(0xac),
  addressOf(0x70),
  addressOf(0xbb),
  addressOf(0x0e),
]
const multiSendAddress: Hex = '0x40A2aCCbd92BCA938b02010E17A5b8929b49130D'

const abi = parseAbi<readonly string[]>([
  'function transfer(address to, uint256 value)',
  'function multicall(bytes[] data)',
  'function execute(address to, uint256 value, bytes data)',
  'function execute(bytes32 mode, bytes executionCalldata)',
  'function executeBatch(address[] to, bytes[] data)',
  'function executeBatch(address[] to, uint256[] value, bytes[] data)',
  'struct Call { address to; uint256 value; bytes data; }',
  'function executeBatch(Call[] calls)',
  'struct Call3 { address to; bool allowFailure; bytes data; }',
  'function aggregate3(Call3[] calls)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)',
  'function multiSend(bytes transactions)',
  'struct Op { address sender; uint256 nonce; bytes initCode; bytes callData; bytes32 accountGasLimits; uint256 preVerificationGas; bytes32 gasFees; bytes paymasterAndData; bytes signature; }',
  'function handleOps(Op[] ops, address beneficiary)',
])
const encode = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi, functionName, args })

const read = (data: Hex, value = 0n, target: string = account) => {
  const reading = readCall({ to: target, value, data: fromHex(data.slice(2)) }, testCrypto)
  for (const one of reading.effects) parseValue(effectSchema, one)
  return reading
}
const effects = (data: Hex, value = 0n) => read(data, value).effects
const call = (data: Hex, value = 0n, target: string = account) => ({
  type: 'call',
  to: target,
  value: String(value),
  selector: data.slice(2, 10),
})
const pays = (asset: string, amount: bigint) => ({
  type: 'transfer',
  asset,
  to,
  amount: String(amount),
})
const unknown = (reason: string) => ({ type: 'unknown', reason })
const send = encode('transfer', [to, 5n])
const zeroWord = `0x${'00'.repeat(32)}` as const

const safe = (options: { to?: Hex; data?: Hex; operation?: number; gasPrice?: bigint }): Hex =>
  encode('execTransaction', [
    options.to ?? token,
    0n,
    options.data ?? send,
    options.operation ?? 0,
    0n,
    0n,
    options.gasPrice ?? 0n,
    other,
    other,
    '0x',
  ])
const packed = (operation: number, target: Hex, value: bigint, data: Hex): Hex =>
  encodePacked(
    ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
    [operation, target, value, BigInt((data.length - 2) / 2), data],
  )
const operation = (callData: Hex, initCode: Hex = '0x') => ({
  sender: account,
  nonce: 1n,
  initCode,
  callData,
  accountGasLimits: zeroWord,
  preVerificationGas: 0n,
  gasFees: zeroWord,
  paymasterAndData: '0x',
  signature: '0x',
})

describe('a call that holds others', () => {
  const single = encode('execute', [token, 3n, send])
  const batch = encode('executeBatch', [
    [token, to],
    ['0x', '0x'],
  ])
  const mode = (head: string): Hex => `0x${head.padEnd(64, '0')}`
  const execution = encodePacked(['address', 'uint256', 'bytes'], [token, 0n, send])

  it.each<readonly [string, Hex, readonly object[]]>([
    ['an account’s execute', single, [pays(token, 5n), { ...pays('native', 3n), to: token }]],
    ['a plain payment', encode('execute', [to, 7n, '0x']), [pays('native', 7n)]],
    ['a batch without values', batch, [{ ...pays('native', 0n), to: token }, pays('native', 0n)]],
    [
      'a batch with values',
      encode('executeBatch', [
        [to, token],
        [1n, 0n],
        ['0x', send],
      ]),
      [pays('native', 1n), pays(token, 5n)],
    ],
    [
      'a batch of structs',
      encode('executeBatch', [[{ to: token, value: 0n, data: send }]]),
      [pays(token, 5n)],
    ],
    [
      'Multicall3',
      encode('aggregate3', [[{ to: token, allowFailure: true, data: send }]]),
      [pays(token, 5n)],
    ],
    ['ERC-7579, one', encode('execute', [mode('00'), execution]), [pays(token, 5n)]],
    ['a Safe', safe({}), [pays(token, 5n)]],
    [
      'an entry point',
      encode('handleOps', [[operation(single)], to]),
      [call(single), pays(token, 5n), { ...pays('native', 3n), to: token }],
    ],
  ])('is named with all that it holds: %s', (_what, data, inner) => {
    expect(effects(data, 9n)).toEqual([call(data, 9n), ...inner])
  })

  it('calls itself by delegation with the token that it is', () => {
    const data = encode('multicall', [[send, '0x', '0x1122']])
    expect(effects(data)).toEqual([
      call(data),
      { ...pays(account, 5n) },
      { type: 'call', to: account, value: '0' },
      { type: 'call', to: account, value: '0' },
    ])
  })

  it('reads the batch of ERC-7579, and nothing of another mode', () => {
    const calls = encode('executeBatch', [[{ to: token, value: 0n, data: send }]])
    const data = encode('execute', [mode('01'), `0x${calls.slice(10)}`])
    expect(effects(data)).toEqual([call(data), pays(token, 5n)])
    const trying = encode('execute', [mode('0101'), `0x${calls.slice(10)}`])
    expect(effects(trying)).toEqual([call(trying), pays(token, 5n)])
    for (const head of ['0002', '000001', `00${'00'.repeat(30)}01`]) {
      const strange = encode('execute', [mode(head), execution])
      expect(effects(strange)).toEqual([call(strange), unknown('an execution of an unknown mode')])
    }
    const delegated = encode('execute', [mode('ff'), execution])
    expect(effects(delegated)).toEqual([
      call(delegated),
      unknown('code of another contract runs as the account'),
    ])
    const short = encode('execute', [mode('00'), '0x11'])
    expect(effects(short)).toEqual([call(short), unknown('calls within one, not decodable')])
  })

  it('is unknown where a Safe runs the code of another contract, but for MultiSend', () => {
    const delegates = unknown('code of another contract runs as the account')
    const delegated = safe({ operation: 1 })
    expect(effects(delegated)).toEqual([call(delegated), pays(token, 5n), delegates])
    const many = encode('multiSend', [
      concatHex([packed(0, token, 0n, send), packed(0, to, 2n, '0x')]),
    ])
    const safeMany = safe({ to: multiSendAddress, data: many, operation: 1 })
    expect(effects(safeMany)).toEqual([
      call(safeMany),
      call(many, 0n, multiSendAddress),
      pays(token, 5n),
      pays('native', 2n),
    ])
    const elsewhere = safe({ to: other, data: many, operation: 1 })
    expect(effects(elsewhere)).toContainEqual(delegates)
    const within = encode('multiSend', [packed(1, token, 0n, send)])
    expect(effects(safe({ to: multiSendAddress, data: within, operation: 1 }))).toContainEqual(
      delegates,
    )
    const send2 = safe({ to: multiSendAddress, data: send, operation: 1 })
    expect(effects(send2)).toContainEqual(delegates)
  })

  it('is unknown where a Safe pays for the gas, or does what no Safe does', () => {
    const paid = safe({ gasPrice: 1n })
    expect(effects(paid)).toEqual([
      call(paid),
      pays(token, 5n),
      unknown('the Safe pays for the gas'),
    ])
    const strange = safe({ operation: 2 })
    expect(effects(strange)).toEqual([call(strange), unknown('calls within one, not decodable')])
  })

  it('is unknown where a user operation deploys its account', () => {
    const data = encode('handleOps', [[operation('0x'), operation('0x', '0x11')], to])
    expect(effects(data)).toEqual([
      call(data),
      { ...pays('native', 0n), to: account },
      { ...pays('native', 0n), to: account },
      unknown('the user operation deploys its account first'),
    ])
  })

  it('is unknown where its arguments are not canonical or do not fit each other', () => {
    const wrong: readonly Hex[] = [
      `${single}00`,
      single.slice(0, -64) as Hex,
      encode('executeBatch', [[to], []]),
      encode('executeBatch', [[to], [1n, 2n], ['0x']]),
      encode('multiSend', ['0x11']),
      encode('multiSend', [packed(2, to, 0n, '0x')]),
      encode('multiSend', [packed(0, to, 0n, '0x1122').slice(0, -2)]),
    ]
    for (const data of wrong) {
      expect(effects(data)).toEqual([call(data), unknown('calls within one, not decodable')])
    }
  })

  it('is read four deep and no deeper, and for 256 calls and no more', () => {
    const reason = unknown('calls within calls, too many or too deep')
    const nest = (depth: number): Hex =>
      depth === 0 ? send : encode('execute', [token, 0n, nest(depth - 1)])
    expect(effects(nest(4)).at(-1)).toEqual(pays(token, 5n))
    expect(effects(nest(5)).at(-1)).toEqual(reason)
    const many = (count: number): Hex => encode('multicall', [Array(count).fill(send)])
    expect(effects(many(256))).toHaveLength(257)
    expect(effects(many(257)).at(-1)).toEqual(reason)
    const wide = encode('multicall', [Array(16).fill(many(16))])
    expect(effects(wide).at(-1)).toEqual(reason)
  })

  it('lists every call for the rules that ask for calls', () => {
    const data = encode('multicall', [[send, encode('execute', [token, 0n, send])]])
    const names = read(data).calls.map((one) => `${one.to} ${toHex(one.data.subarray(0, 4))}`)
    expect(names).toEqual([
      `${account} ac9650d8`,
      `${account} a9059cbb`,
      `${account} b61d27f6`,
      `${token} a9059cbb`,
    ])
    expect(read('0x', 1n).calls).toEqual([])
  })

  it('has the name that policies know it by', () => {
    for (const [selector, name] of holderNames) expect(knownMethods.get(selector)).toBe(name)
    expect(read(single).name).toBe('execute(address,uint256,bytes)')
  })

  it('reads any bytes behind a known selector to effects that the schema allows', () => {
    const selector = fc.constantFrom(...holderNames.keys())
    fc.assert(
      fc.property(selector, fc.uint8Array({ maxLength: 400 }), (head, tail) => {
        expect(effects(`0x${head}${toHex(tail)}`).length).toBeGreaterThan(0)
      }),
      { numRuns: 400 },
    )
  })
})
