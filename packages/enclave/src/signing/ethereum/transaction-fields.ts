/** Every field of an Ethereum transaction and how it is read from RLP; out of range is refused. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { ethereumListMax } from '../limits.ts'
import type { RlpItem } from './rlp.ts'

export type AccessListEntry = { readonly address: Bytes; readonly storageKeys: readonly Bytes[] }

/** EIP-7702: `authority` gives its code to `address`; it was signed by that authority before. */
export type SignedAuthorization = {
  readonly chainId: bigint
  readonly address: Bytes
  readonly nonce: bigint
}

export type Fields = {
  readonly chainId: bigint
  readonly nonce: bigint
  readonly gasPrice: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerGas: bigint
  readonly gasLimit: bigint
  /** Undefined where the transaction creates a contract. */
  readonly to: Bytes | undefined
  /** EIP-4844 and EIP-7702 create nothing. */
  readonly recipient: Bytes
  readonly value: bigint
  readonly data: Bytes
  readonly accessList: readonly AccessListEntry[]
  readonly maxFeePerBlobGas: bigint
  readonly blobVersionedHashes: readonly Bytes[]
  readonly authorizationList: readonly SignedAuthorization[]
  /** The empty r and s of EIP-155's signing form. */
  readonly empty: undefined
}

const wrong = (field: string, why: string): never => fail('bad_transaction', why, field)

const bytesItem = (item: RlpItem, field: string): Bytes =>
  item instanceof Uint8Array ? item : wrong(field, 'a list stands where bytes belong')

const listItem = (item: RlpItem, field: string): readonly RlpItem[] => {
  if (item instanceof Uint8Array) return wrong(field, 'bytes stand where a list belongs')
  return item.length > ethereumListMax ? wrong(field, 'the list is too long') : item
}

const fixed = (item: RlpItem, length: number, field: string): Bytes => {
  const bytes = bytesItem(item, field)
  return bytes.length === length ? bytes : wrong(field, `not ${length} bytes`)
}

const uint = (item: RlpItem, lengthMax: number, field: string): bigint => {
  const bytes = bytesItem(item, field)
  if (bytes.length > lengthMax) return wrong(field, 'the integer is too large')
  if (bytes[0] === 0) return wrong(field, 'the integer has a leading zero')
  if (bytes.length > 6) return BigInt(`0x${toHex(bytes)}`)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return BigInt(value)
}

/** EIP-2294: the largest chain id whose EIP-155 v still is a 64-bit integer. */
const chainIdMax = (1n << 63n) - 37n
/** EIP-2681. */
const nonceMax = (1n << 64n) - 2n

const readChainId = (item: RlpItem): bigint => {
  const chainId = uint(item, 8, 'chainId')
  if (chainId === 0n) return wrong('chainId', 'the chain id is zero')
  return chainId <= chainIdMax ? chainId : wrong('chainId', 'the chain id is too large')
}

const readNonce = (item: RlpItem): bigint => {
  const nonce = uint(item, 8, 'nonce')
  return nonce <= nonceMax ? nonce : wrong('nonce', 'the nonce is too large')
}

const readAccessListEntry = (item: RlpItem): AccessListEntry => {
  const [address, storageKeys, ...more] = listItem(item, 'accessList')
  if (address === undefined || storageKeys === undefined || more.length > 0) {
    return wrong('accessList', 'an entry is not an address and its storage keys')
  }
  return {
    address: fixed(address, 20, 'accessList'),
    storageKeys: listItem(storageKeys, 'accessList').map((key) => fixed(key, 32, 'accessList')),
  }
}

const readBlobHash = (item: RlpItem): Bytes => {
  const hash = fixed(item, 32, 'blobVersionedHashes')
  return hash[0] === 1 ? hash : wrong('blobVersionedHashes', 'the version of a hash is not 1')
}

const readAuthorization = (item: RlpItem): SignedAuthorization => {
  const field = 'authorizationList'
  const [chainId, address, nonce, yParity, r, s, ...more] = listItem(item, field)
  if (
    chainId === undefined ||
    address === undefined ||
    nonce === undefined ||
    yParity === undefined ||
    r === undefined ||
    s === undefined ||
    more.length > 0
  ) {
    return wrong(field, 'an authorization has not six fields')
  }
  uint(yParity, 1, field)
  uint(r, 32, field)
  uint(s, 32, field)
  return {
    chainId: uint(chainId, 32, field),
    address: fixed(address, 20, field),
    nonce: uint(nonce, 8, field),
  }
}

const atLeastOne = (item: RlpItem, field: string): readonly RlpItem[] => {
  const items = listItem(item, field)
  return items.length > 0 ? items : wrong(field, 'the list is empty')
}

export const fieldReaders: { readonly [Name in keyof Fields]: (item: RlpItem) => Fields[Name] } = {
  chainId: readChainId,
  nonce: readNonce,
  gasPrice: (item) => uint(item, 32, 'gasPrice'),
  maxPriorityFeePerGas: (item) => uint(item, 32, 'maxPriorityFeePerGas'),
  maxFeePerGas: (item) => uint(item, 32, 'maxFeePerGas'),
  gasLimit: (item) => uint(item, 8, 'gasLimit'),
  to: (item) => (item.length === 0 ? bytesItem(item, 'to') && undefined : fixed(item, 20, 'to')),
  recipient: (item) => fixed(item, 20, 'to'),
  value: (item) => uint(item, 32, 'value'),
  data: (item) => bytesItem(item, 'data'),
  accessList: (item) => listItem(item, 'accessList').map(readAccessListEntry),
  maxFeePerBlobGas: (item) => uint(item, 32, 'maxFeePerBlobGas'),
  blobVersionedHashes: (item) => atLeastOne(item, 'blobVersionedHashes').map(readBlobHash),
  authorizationList: (item) => atLeastOne(item, 'authorizationList').map(readAuthorization),
  empty: (item) =>
    bytesItem(item, 'signature').length === 0
      ? undefined
      : wrong('signature', 'the transaction is signed already'),
}
