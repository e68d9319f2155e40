import { fromHex, toHex } from '@holdfast/base/bytes'
import { intent as intentSchema } from '@holdfast/base/intent'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { parseValue } from '@holdfast/base/schema'
import * as fc from 'fast-check'
import { encodeFunctionData, getAddress, parseAbi } from 'viem'
import {
  entryPoint06Address,
  entryPoint07Address,
  getUserOperationHash,
} from 'viem/account-abstraction'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import {
  decodeOrThrow,
  ethereumAccount,
  privateKeyOf,
  refusalOf,
  signPayload,
} from '../testing/sign-payload.ts'

const privateKey = privateKeyOf(0x61)
const account = ethereumAccount(privateKey)
const owner = privateKeyToAccount(`0x${toHex(privateKey)}`)

type Payload = Extract<SignPayload, { kind: 'ethereum.user-operation' }>
type Operation = Payload['operation']
const versions = ['0.6', '0.7'] as const
const plain: Operation = {
  sender: 'ac'.repeat(20),
  nonce: '7',
  initCode: '',
  callData: '',
  callGasLimit: '100',
  verificationGasLimit: '20',
  preVerificationGas: '3',
  maxFeePerGas: '10',
  maxPriorityFeePerGas: '1',
  paymasterAndData: '',
}
const payloadOf = (version: Payload['version'], rest: object = {}, chainId = '1'): Payload => ({
  kind: 'ethereum.user-operation',
  version,
  chainId,
  operation: { ...plain, ...rest },
})

const hex = (text: string) => `0x${text}` as const

/** viem has the parts of 0.7 that are packed on the wire. */
const hashByViem = ({ version, chainId, operation: of }: Payload) => {
  const common = {
    sender: getAddress(hex(of.sender)),
    nonce: BigInt(of.nonce),
    callData: hex(of.callData),
    callGasLimit: BigInt(of.callGasLimit),
    verificationGasLimit: BigInt(of.verificationGasLimit),
    preVerificationGas: BigInt(of.preVerificationGas),
    maxFeePerGas: BigInt(of.maxFeePerGas),
    maxPriorityFeePerGas: BigInt(of.maxPriorityFeePerGas),
    signature: '0x' as const,
  }
  if (version === '0.6') {
    return getUserOperationHash({
      chainId: Number(chainId),
      entryPointAddress: entryPoint06Address,
      entryPointVersion: '0.6',
      userOperation: {
        ...common,
        initCode: hex(of.initCode),
        paymasterAndData: hex(of.paymasterAndData),
      },
    })
  }
  const [init, paid] = [of.initCode, of.paymasterAndData]
  return getUserOperationHash({
    chainId: Number(chainId),
    entryPointAddress: entryPoint07Address,
    entryPointVersion: '0.7',
    userOperation: {
      ...common,
      ...(init === '' ? {} : { factory: hex(init.slice(0, 40)), factoryData: hex(init.slice(40)) }),
      ...(paid === ''
        ? {}
        : {
            paymaster: hex(paid.slice(0, 40)),
            paymasterVerificationGasLimit: BigInt(hex(paid.slice(40, 72))),
            paymasterPostOpGasLimit: BigInt(hex(paid.slice(72, 104))),
            paymasterData: hex(paid.slice(104)),
          }),
    },
  })
}

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map(toHex)
const uint = (bits: bigint) => fc.bigInt({ min: 0n, max: (1n << bits) - 1n }).map(String)
const operation: fc.Arbitrary<Operation> = fc.record({
  sender: bytes(20, 20),
  nonce: uint(256n),
  initCode: fc.oneof(fc.constant(''), bytes(20, 60)),
  callData: bytes(0, 80),
  callGasLimit: uint(100n),
  verificationGasLimit: uint(100n),
  preVerificationGas: uint(100n),
  maxFeePerGas: uint(100n),
  maxPriorityFeePerGas: uint(100n),
  paymasterAndData: fc.oneof(fc.constant(''), bytes(52, 90)),
})

describe('a user operation', () => {
  it.each(versions)('of %s is signed as the reference account takes it', async (version) => {
    await fc.assert(
      fc.asyncProperty(operation, fc.integer({ min: 1, max: 1e9 }), async (of, chainId) => {
        const payload = payloadOf(version, of, `${chainId}`)
        const { signed, intent } = signPayload({ payload, account, privateKey })
        parseValue(intentSchema, intent)
        const raw = hashByViem(payload)
        const signature = (await owner.signMessage({ message: { raw } })).slice(2)
        expect(signed).toEqual({ kind: 'ethereum.signature', signature })
      }),
      { numRuns: 60 },
    )
  })

  it.each(versions)('of %s does what its account is called with', (version) => {
    const [token, to] = [hex('70'.repeat(20)), getAddress(hex('bb'.repeat(20)))]
    const transfer = encodeFunctionData({
      abi: parseAbi(['function transfer(address to, uint256 value)']),
      args: [to, 5n],
    })
    const callData = encodeFunctionData({
      abi: parseAbi(['function execute(address to, uint256 value, bytes data)']),
      args: [token, 2n, transfer],
    }).slice(2)
    const sender = getAddress(hex(plain.sender))
    const { intent, facts } = decodeOrThrow(payloadOf(version, { callData }), account)
    expect(intent).toMatchObject({
      network: '1',
      kind: 'transaction',
      // Gas of all three kinds, at the most that it may cost.
      fee: '1230',
      effects: [
        { type: 'call', to: sender, value: '0', selector: 'b61d27f6' },
        { type: 'transfer', asset: getAddress(token), to, amount: '5' },
        { type: 'transfer', asset: 'native', to: getAddress(token), amount: '2' },
      ],
    })
    expect(facts?.calls).toHaveLength(2)
    expect(facts?.feeRate).toEqual({ fee: 10n, size: 1n })
  })

  it('that deploys its account does what nobody can say', () => {
    const { intent } = decodeOrThrow(payloadOf('0.7', { initCode: '11'.repeat(20) }), account)
    const reason = 'the user operation deploys its account first'
    expect(intent.effects).toContainEqual({ type: 'unknown', reason })
  })

  it('names who pays in its place', () => {
    const paymasterAndData = 'bb'.repeat(52)
    const { intent } = decodeOrThrow(payloadOf('0.7', { paymasterAndData }), account)
    expect(intent.details['paymaster']).toBe(getAddress(hex('bb'.repeat(20))))
  })

  it.each([
    ['no chain', payloadOf('0.7', {}, '0')],
    ['a nonce of more than 256 bits', payloadOf('0.6', { nonce: String(2n ** 256n) })],
    [
      'gas that does not fit into half a word',
      payloadOf('0.7', { callGasLimit: String(2n ** 128n) }),
    ],
    ['a fee that no integer holds', payloadOf('0.6', { maxFeePerGas: String(2n ** 256n - 1n) })],
  ])('with %s is refused', (_what, payload) => {
    expect(refusalOf(payload, account)).toBe('bad_transaction')
  })

  it('is of an entry point that libraries know', () => {
    for (const [version, address] of [
      ['0.6', entryPoint06Address],
      ['0.7', entryPoint07Address],
    ] as const) {
      const { intent } = decodeOrThrow(payloadOf(version), account)
      expect(intent.details['entryPoint']).toBe(address)
      expect(fromHex(address.slice(2).toLowerCase())).toHaveLength(20)
    }
  })
})
