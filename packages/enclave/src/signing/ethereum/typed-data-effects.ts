/**
 * Typed data that is understood: approvals, transfers and orders by signature, and what smart
 * accounts do by one. The match is on the whole
 * encoded type, so a look-alike with one other field is not recognised. Everything else may move
 * funds and stays `unknown`.
 */
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '../../ports/crypto.ts'
import type { StructValue } from '../field-value.ts'
import { checksumAddress } from './address.ts'
import { type Held, safeCalls, userOperationCalls } from './call-holders.ts'
import { approveOf, itemOf, transferOf, unlimited } from './calldata.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { type OrderContext, orderTypes } from './orders.ts'
import { type CallReading, heldReader } from './read-call.ts'

type Reading = Omit<CallReading, 'name'>

type Known = {
  /** The contracts that give the type this meaning, in EIP-55; any where absent. */
  readonly contracts?: readonly string[]
  effects(message: Fields, context: OrderContext): readonly Effect[] | Held
}

/** Uniswap's Permit2: the same address on every chain. */
const permit2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3'

const permitDetails = (message: Fields, details: Fields, { address }: OrderContext): Effect =>
  approveOf(address(details, 'token'), address(message, 'spender'), details.uint('amount'))

const transferWithAuthorization: Known = {
  effects: (message, { contract, address }) => [
    transferOf(contract, address(message, 'to'), message.uint('value')),
  ],
}

const authorizationFields =
  'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce'
const detailsType = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)'
const permissionsType = 'TokenPermissions(address token,uint256 amount)'

const permittedFields = 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline'
const permittedListFields = permittedFields.replace(' ', '[] ')

const permitTransfer: Known = {
  contracts: [permit2],
  effects: (message, context) => [permitDetails(message, message.struct('permitted'), context)],
}
const permitBatchTransfer: Known = {
  contracts: [permit2],
  effects: (message, context) =>
    message.items('permitted').map((item) => permitDetails(message, item.struct(), context)),
}

const safeFields =
  'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,' +
  'uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce'
const operationFields =
  'address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,' +
  'uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData'
/** ERC-4337 version 0.8, the first whose user operations are typed data. */
const entryPoint = '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108'

const knownTypes: ReadonlyMap<string, Known> = new Map<string, Known>([
  // ERC-2612.
  [
    'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)',
    {
      effects: (message, { contract, address }) => [
        approveOf(contract, address(message, 'spender'), message.uint('value')),
      ],
    },
  ],
  // Dai's permit, older than ERC-2612: all or nothing.
  [
    'Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)',
    {
      effects: (message, { contract, address }) => [
        approveOf(contract, address(message, 'spender'), message.bool('allowed') ? unlimited : 0n),
      ],
    },
  ],
  // ERC-4494: one item of a collection.
  [
    'Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)',
    {
      effects: (message, { contract, address }) => [
        approveOf(itemOf(contract, message.uint('tokenId')), address(message, 'spender'), 1n),
      ],
    },
  ],
  // ERC-3009.
  [`TransferWithAuthorization(${authorizationFields})`, transferWithAuthorization],
  [`ReceiveWithAuthorization(${authorizationFields})`, transferWithAuthorization],
  [
    'CancelAuthorization(address authorizer,bytes32 nonce)',
    { effects: () => [{ type: 'message' }] },
  ],
  [
    `PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)${detailsType}`,
    {
      contracts: [permit2],
      effects: (message, context) => [permitDetails(message, message.struct('details'), context)],
    },
  ],
  [
    `PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${detailsType}`,
    {
      contracts: [permit2],
      effects: (message, context) =>
        message.items('details').map((item) => permitDetails(message, item.struct(), context)),
    },
  ],
  [`PermitTransferFrom(${permittedFields})${permissionsType}`, permitTransfer],
  [`PermitBatchTransferFrom(${permittedListFields})${permissionsType}`, permitBatchTransfer],
  // Safe: the owner's part of a transaction that the Safe makes.
  [`SafeTx(${safeFields})`, { effects: (message) => safeCalls(message) }],
  [
    `PackedUserOperation(${operationFields})`,
    { contracts: [entryPoint], effects: (message) => userOperationCalls(message) },
  ],
  ...orderTypes,
])

/** Every contract that a type is bound to. */
export const knownContracts = (): readonly string[] => [
  ...new Set([...knownTypes.values()].flatMap(({ contracts = [] }) => contracts)),
]

/** Permit2's permits with a witness: what else they say takes nothing more (Permit2, "witness"). */
const witnessed: readonly (readonly [string, Known])[] = [
  [`PermitWitnessTransferFrom(${permittedFields},`, permitTransfer],
  [`PermitBatchWitnessTransferFrom(${permittedListFields},`, permitBatchTransfer],
]

const knownType = (encodedType: string): Known | undefined => {
  const [first = '', ...others] = encodedType.split(/(?<=\))/)
  const permit = others.includes(permissionsType)
    ? witnessed.find(([begin]) => first.startsWith(begin))
    : undefined
  return knownTypes.get(encodedType) ?? permit?.[1]
}

const unknown = (reason: string): Reading => ({ effects: [{ type: 'unknown', reason }], calls: [] })

/** What a message of the encoded type does, for a domain bound to a chain and a contract. */
export const typedDataEffects = (input: {
  readonly encodedType: string
  readonly message: StructValue
  /** EIP-55; undefined where the domain does not bind it. */
  readonly contract: string | undefined
  readonly chainId: bigint | undefined
  readonly own: string
  readonly crypto: Crypto
}): Reading => {
  const { encodedType, message, contract, chainId, own, crypto } = input
  const known = knownType(encodedType)
  if (known === undefined) return unknown('typed data of a type that is not recognised')
  if (contract === undefined || chainId === undefined || chainId === 0n) {
    return unknown('typed data whose domain binds no chain and contract')
  }
  if (known.contracts?.includes(contract) === false) {
    return unknown('typed data of another contract than the one that defines its type')
  }
  const address = (fields: Fields, name: string): string =>
    checksumAddress(fields.bytes(name), crypto)
  const does = known.effects(fieldsOf(message), { contract, own, address })
  const reading =
    'calls' in does ? heldReader(crypto).readHeld(contract, does, 1) : { effects: does, calls: [] }
  return reading.effects.length > 0 ? reading : unknown('typed data that names nothing')
}
