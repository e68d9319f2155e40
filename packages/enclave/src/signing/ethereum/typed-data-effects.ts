/**
 * Typed data that is understood: approvals and transfers by signature. The match is on the whole
 * encoded type, so a look-alike with one other field is not recognised. Everything else may move
 * funds (orders, user operations, Safe transactions) and stays `unknown`.
 */
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '../../ports/crypto.ts'
import { checksumAddress, parseAddress } from './address.ts'
import { approveOf, itemOf, transferOf, unlimited } from './calldata.ts'
import { type JsonValue, typedInteger } from './typed-values.ts'

type Struct = { readonly [name: string]: JsonValue }

/** Fields of a struct that hashing has checked against its type. */
type Fields = {
  address(name: string): string
  uint(name: string): bigint
  bool(name: string): boolean
  struct(name: string): Fields
  structs(name: string): readonly Fields[]
}

const fieldsOf = (value: JsonValue | undefined, crypto: Crypto): Fields => {
  const struct = value as Struct
  return {
    address: (name) =>
      checksumAddress(parseAddress(struct[name] as string, crypto) as Uint8Array, crypto),
    uint: (name) => typedInteger(struct[name]) as bigint,
    bool: (name) => struct[name] === true,
    struct: (name) => fieldsOf(struct[name], crypto),
    structs: (name) => (struct[name] as readonly JsonValue[]).map((item) => fieldsOf(item, crypto)),
  }
}

type Known = {
  /** The one contract that gives the type this meaning; any where absent. */
  readonly contract?: string
  effects(message: Fields, contract: string): readonly Effect[]
}

/** Uniswap's Permit2: the same address on every chain. */
const permit2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3'

const permitDetails = (spender: string, details: Fields): Effect =>
  approveOf(details.address('token'), spender, details.uint('amount'))

const transferWithAuthorization: Known = {
  effects: (message, contract) => [
    transferOf(contract, message.address('to'), message.uint('value')),
  ],
}

const authorizationFields =
  'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce'
const detailsType = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)'
const permissionsType = 'TokenPermissions(address token,uint256 amount)'

const knownTypes: ReadonlyMap<string, Known> = new Map<string, Known>([
  // ERC-2612.
  [
    'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)',
    {
      effects: (message, contract) => [
        approveOf(contract, message.address('spender'), message.uint('value')),
      ],
    },
  ],
  // Dai's permit, older than ERC-2612: all or nothing.
  [
    'Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)',
    {
      effects: (message, contract) => [
        approveOf(contract, message.address('spender'), message.bool('allowed') ? unlimited : 0n),
      ],
    },
  ],
  // ERC-4494: one item of a collection.
  [
    'Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)',
    {
      effects: (message, contract) => [
        approveOf(itemOf(contract, message.uint('tokenId')), message.address('spender'), 1n),
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
      contract: permit2,
      effects: (message) => [permitDetails(message.address('spender'), message.struct('details'))],
    },
  ],
  [
    `PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${detailsType}`,
    {
      contract: permit2,
      effects: (message) =>
        message
          .structs('details')
          .map((details) => permitDetails(message.address('spender'), details)),
    },
  ],
  [
    'PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,' +
      `uint256 deadline)${permissionsType}`,
    {
      contract: permit2,
      effects: (message) => [
        permitDetails(message.address('spender'), message.struct('permitted')),
      ],
    },
  ],
  [
    'PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,' +
      `uint256 deadline)${permissionsType}`,
    {
      contract: permit2,
      effects: (message) =>
        message
          .structs('permitted')
          .map((permitted) => permitDetails(message.address('spender'), permitted)),
    },
  ],
])

const unknown = (reason: string): readonly Effect[] => [{ type: 'unknown', reason }]

/** What a message of the encoded type does, for a domain bound to a chain and a contract. */
export const typedDataEffects = (input: {
  readonly encodedType: string
  readonly message: JsonValue
  /** EIP-55; undefined where the domain does not bind it. */
  readonly contract: string | undefined
  readonly chainId: bigint | undefined
  readonly crypto: Crypto
}): readonly Effect[] => {
  const { encodedType, message, contract, chainId, crypto } = input
  const known = knownTypes.get(encodedType)
  if (known === undefined) return unknown('typed data of a type that is not recognised')
  if (contract === undefined || chainId === undefined || chainId === 0n) {
    return unknown('typed data whose domain binds no chain and contract')
  }
  if (known.contract !== undefined && known.contract !== contract) {
    return unknown('typed data of another contract than the one that defines its type')
  }
  const effects = known.effects(fieldsOf(message, crypto), contract)
  return effects.length > 0 ? effects : unknown('typed data that names nothing')
}
