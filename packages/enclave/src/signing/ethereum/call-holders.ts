/** Calls that hold other calls, and those calls: of wallets, of multicalls, of ERC-4337. */
import { type Bytes, bytesToUint, toHex } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { type AbiMember, parseMethod } from '@holdfast/base/policies/method'
import { decodeArguments } from './decode-arguments.ts'
import { type Fields, fieldsOf } from './fields.ts'

export type HeldCall = {
  /** 20 bytes; the holder itself where absent. */
  readonly to?: Bytes
  readonly value: bigint
  readonly data: Bytes
}

export type Held = {
  readonly calls: readonly HeldCall[]
  /** What else it does that cannot be said. */
  readonly unknown?: string
}

type Holder = (args: Fields, contract: string) => Held

const callOf = (fields: Fields): HeldCall => ({
  to: fields.bytes('to'),
  value: fields.has('value') ? fields.uint('value') : 0n,
  data: fields.bytes('data'),
})

/** The holder calls itself, by delegation: the same caller, no other value. */
const ownCalls: Holder = (args) => ({
  calls: args.items('data').map((item) => ({ value: 0n, data: item.bytes() })),
})

const listed: Holder = (args) => ({
  calls: args.items('calls').map((item) => callOf(item.struct())),
})

const delegates = 'code of another contract runs as the account'

/**
 * Safe's MultiSend and MultiSendCallOnly, 1.3.0 and 1.4.1: what a Safe may delegate to and is still
 * understood (github.com/safe-global/safe-deployments).
 */
const multiSends: ReadonlySet<string> = new Set([
  'a238cbeb142c10ef7ad8442c6d1f9e89e07e7761',
  '40a2accbd92bca938b02010e17a5b8929b49130d',
  '38869bf66a61cf6bdb996a6ae40d5853fd43b526',
  '9641d764fc13c8b624c04430c7356c1c7c8102e2',
])
const multiSend = '8d80ff0a'

/** Packed: operation, 1 byte; to, 20; value, 32; the length of the data, 32; the data. */
const packedCalls = (packed: Bytes): Held => {
  const calls: HeldCall[] = []
  let delegated = false
  for (let at = 0; at < packed.length; ) {
    if (at + 85 > packed.length) return fail('bad_transaction', 'a packed call is cut short')
    const length = bytesToUint(packed.subarray(at + 53, at + 85))
    const end = at + 85 + Number(length)
    const operation = packed[at] as number
    if (length > BigInt(packed.length) || end > packed.length || operation > 1) {
      return fail('bad_transaction', 'a packed call is cut short')
    }
    delegated ||= operation === 1
    calls.push({
      to: packed.subarray(at + 1, at + 21),
      value: bytesToUint(packed.subarray(at + 21, at + 53)),
      data: packed.subarray(at + 85, end),
    })
    at = end
  }
  return { calls, ...(delegated ? { unknown: delegates } : {}) }
}

/** What a Safe does for one of its transactions; EIP-712 `SafeTx` has the same fields. */
export const safeCalls = (args: Fields): Held => {
  const call = callOf(args)
  const operation = args.uint('operation')
  if (operation > 1n) return fail('bad_transaction', 'there is no such operation of a Safe')
  const known = call.to !== undefined && multiSends.has(toHex(call.to))
  const understood = known && toHex(call.data.subarray(0, 4)) === multiSend
  if (operation === 1n && !understood) return { calls: [call], unknown: delegates }
  // A refund pays whoever sends it, by the gas that it took.
  return args.uint('gasPrice') === 0n
    ? { calls: [call] }
    : { calls: [call], unknown: 'the Safe pays for the gas' }
}

export const deploysAccount = 'the user operation deploys its account first'

/** What a user operation has its account do. `contract` of the call is the account. */
export const userOperationCalls = (operation: Fields): Held => ({
  calls: [{ to: operation.bytes('sender'), value: 0n, data: operation.bytes('callData') }],
  ...(operation.bytes('initCode').length === 0 ? {} : { unknown: deploysAccount }),
})

const operations: Holder = (args) => {
  const held = args.items('ops').map((item) => userOperationCalls(item.struct()))
  const unknown = held.find((one) => one.unknown !== undefined)?.unknown
  return {
    calls: held.flatMap(({ calls }) => calls),
    ...(unknown === undefined ? {} : { unknown }),
  }
}

const executions = parseMethod('f((address to,uint256 value,bytes data)[] calls)').inputs

/** ERC-7579 §Execution: the mode's first byte is the call's type, all behind the second is zero. */
const modes: Holder = (args, contract) => {
  const [type, how, ...rest] = args.bytes('mode')
  const data = args.bytes('executionCalldata')
  if ((how as number) > 1 || rest.some((byte) => byte !== 0)) {
    return { calls: [], unknown: 'an execution of an unknown mode' }
  }
  if (type === 1) return listed(fieldsOf(decodeArguments(executions, data)), contract)
  if (type !== 0) return { calls: [], unknown: delegates }
  if (data.length < 52) return fail('bad_transaction', 'an execution is cut short')
  const [to, value] = [data.subarray(0, 20), bytesToUint(data.subarray(20, 52))]
  return { calls: [{ to, value, data: data.subarray(52) }] }
}

const batch: Holder = (args) => {
  const to = args.items('to')
  const data = args.items('data')
  const values = args.has('value') ? args.items('value') : []
  // SimpleAccount: without values every one of them is zero.
  if (to.length !== data.length || (values.length > 0 && values.length !== to.length)) {
    return fail('bad_transaction', 'a batch has lists of different lengths')
  }
  return {
    calls: to.map((one, index) => ({
      to: one.bytes(),
      value: values[index]?.uint() ?? 0n,
      data: (data[index] as Fields).bytes(),
    })),
  }
}

const operationFields =
  'address sender,uint256 nonce,bytes initCode,bytes callData,uint256 callGasLimit,' +
  'uint256 verificationGasLimit,uint256 preVerificationGas,uint256 maxFeePerGas,' +
  'uint256 maxPriorityFeePerGas,bytes paymasterAndData,bytes signature'
const packedFields =
  'address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,' +
  'uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature'
const safeFields =
  'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,' +
  'uint256 gasPrice,address gasToken,address refundReceiver,bytes signatures'

type Entry = { readonly inputs: readonly AbiMember[]; readonly name: string; readonly held: Holder }

const entry = (selector: string, method: string, held: Holder): readonly [string, Entry] => {
  const { inputs, canonical } = parseMethod(method)
  return [selector, { inputs, name: canonical, held }]
}

const holders: ReadonlyMap<string, Entry> = new Map([
  entry('ac9650d8', 'multicall(bytes[] data)', ownCalls),
  entry('5ae401dc', 'multicall(uint256 deadline,bytes[] data)', ownCalls),
  entry('1f0464d1', 'multicall(bytes32 previousBlockhash,bytes[] data)', ownCalls),
  entry('252dba42', 'aggregate((address to,bytes data)[] calls)', listed),
  entry('bce38bd7', 'tryAggregate(bool requireSuccess,(address to,bytes data)[] calls)', listed),
  entry('82ad56cb', 'aggregate3((address to,bool allowFailure,bytes data)[] calls)', listed),
  entry(
    '174dea71',
    'aggregate3Value((address to,bool allowFailure,uint256 value,bytes data)[] calls)',
    listed,
  ),
  entry('b61d27f6', 'execute(address to,uint256 value,bytes data)', (args) => ({
    calls: [callOf(args)],
  })),
  entry('18dfb3c7', 'executeBatch(address[] to,bytes[] data)', batch),
  entry('47e1da2a', 'executeBatch(address[] to,uint256[] value,bytes[] data)', batch),
  entry('34fcd5be', 'executeBatch((address to,uint256 value,bytes data)[] calls)', listed),
  entry('e9ae5c53', 'execute(bytes32 mode,bytes executionCalldata)', modes),
  entry('6a761202', `execTransaction(${safeFields})`, safeCalls),
  entry(multiSend, 'multiSend(bytes transactions)', (args) =>
    packedCalls(args.bytes('transactions')),
  ),
  entry('1fad948c', `handleOps((${operationFields})[] ops,address beneficiary)`, operations),
  entry('765e827f', `handleOps((${packedFields})[] ops,address beneficiary)`, operations),
])

/** Selector and method of each. */
export const holderNames: ReadonlyMap<string, string> = new Map(
  [...holders].map(([selector, { name }]) => [selector, name]),
)

/** What a call holds, by which method; undefined where it is none of these. Never a refusal. */
export const heldCalls = (
  contract: string,
  data: Bytes,
): (Held & { readonly name: string }) | undefined => {
  const found = data.length < 4 ? undefined : holders.get(toHex(data.subarray(0, 4)))
  if (found === undefined) return undefined
  const read = attempt(() =>
    found.held(fieldsOf(decodeArguments(found.inputs, data.subarray(4))), contract),
  )
  const held = read.ok ? read.value : { calls: [], unknown: 'calls within one, not decodable' }
  return { ...held, name: found.name }
}
