/**
 * Orders that others fill: what the account gives at most, and what it gets for it at least. Each
 * type has its meaning by the contracts that settle it, so those alone are named.
 */
import type { Effect } from '@holdfast/base/intent'
import { itemOf } from './calldata.ts'
import type { Fields } from './fields.ts'

export type OrderContext = {
  /** Of the domain, in EIP-55. */
  readonly contract: string
  /** The account that signs, in EIP-55. */
  readonly own: string
  /** An address of the message in EIP-55. */
  readonly address: (fields: Fields, name: string) => string
}

type Order = {
  readonly contracts: readonly string[]
  readonly effects: (message: Fields, context: OrderContext) => readonly Effect[]
}

type Moved = { readonly asset: string; readonly amount: string }

const orderOf = (
  { contract }: OrderContext,
  given: Moved,
  receives: readonly Moved[],
): readonly Effect[] => [{ type: 'order', ...given, to: contract, receives: [...receives] }]

const moved = (asset: string, amount: bigint): Moved => ({ asset, amount: amount.toString() })

const zero = '0x0000000000000000000000000000000000000000'
/** How CoW names the coin among what is bought. */
const coin = '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE'

const cowFields =
  'address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,' +
  'uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,' +
  'string sellTokenBalance,string buyTokenBalance'

/** CoW Protocol, GPv2Settlement: the receiver that is zero is the account. */
const cow: Order = {
  contracts: ['0x9008D19f58AAbD9eD0D60971565AA8510560ab41'],
  effects: (message, context) => {
    const receiver = context.address(message, 'receiver')
    const bought = context.address(message, 'buyToken')
    const amount = message.uint('sellAmount') + message.uint('feeAmount')
    const receives = [moved(bought === coin ? 'native' : bought, message.uint('buyAmount'))]
    return orderOf(
      context,
      moved(context.address(message, 'sellToken'), amount),
      receiver === zero || receiver === context.own ? receives : [],
    )
  },
}

const zeroExMaker: Order['effects'] = (message, context) =>
  orderOf(
    context,
    moved(context.address(message, 'makerToken'), message.uint('makerAmount')),
    context.address(message, 'maker') === context.own
      ? [moved(context.address(message, 'takerToken'), message.uint('takerAmount'))]
      : [],
  )

/** 0x version 4, the exchange proxy. */
const zeroEx: Order = {
  contracts: ['0xDef1C0ded9bec7F1a1670819833240f027b25EfF'],
  effects: zeroExMaker,
}

/** Seaport's item types: 0 the coin, 1 ERC-20, 2 ERC-721, 3 ERC-1155; 4 and 5 any of a set. */
const seaportItem = (item: Fields, context: OrderContext, amount: bigint): Moved | undefined => {
  const type = item.uint('itemType')
  const token = context.address(item, 'token')
  if (type === 0n) return moved('native', amount)
  if (type === 1n) return moved(token, amount)
  return type <= 3n ? moved(itemOf(token, item.uint('identifierOrCriteria')), amount) : undefined
}

const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right)
const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right)

/** Seaport 1.1, 1.4, 1.5 and 1.6. */
const seaport: Order = {
  contracts: [
    '0x00000000006c3852cbEf3e08E8dF289169EdE581',
    '0x00000000000001ad428e4906aE43D8F9852d0dD6',
    '0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC',
    '0x0000000000000068F116a894984e2DB1123eB395',
  ],
  effects: (message, context) => {
    const receives = message.items('consideration').flatMap((item) => {
      if (context.address(item, 'recipient') !== context.own) return []
      const amount = smaller(item.uint('startAmount'), item.uint('endAmount'))
      return seaportItem(item, context, amount) ?? []
    })
    return message.items('offer').flatMap((item): readonly Effect[] => {
      const amount = larger(item.uint('startAmount'), item.uint('endAmount'))
      const given = seaportItem(item, context, amount)
      return given === undefined
        ? [{ type: 'unknown', reason: 'an order that offers any item of a set' }]
        : orderOf(context, given, receives)
    })
  },
}

const itemFields =
  'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount'

/** EIP-712 `encodeType` → order. */
export const orderTypes: ReadonlyMap<string, Order> = new Map([
  [`Order(${cowFields})`, cow],
  [
    'LimitOrder(address makerToken,address takerToken,uint128 makerAmount,uint128 takerAmount,' +
      'uint128 takerTokenFeeAmount,address maker,address taker,address sender,' +
      'address feeRecipient,bytes32 pool,uint64 expiry,uint256 salt)',
    zeroEx,
  ],
  [
    'RfqOrder(address makerToken,address takerToken,uint128 makerAmount,uint128 takerAmount,' +
      'address maker,address taker,address txOrigin,bytes32 pool,uint64 expiry,uint256 salt)',
    zeroEx,
  ],
  [
    'OrderComponents(address offerer,address zone,OfferItem[] offer,' +
      'ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,' +
      'bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)' +
      `ConsiderationItem(${itemFields},address recipient)OfferItem(${itemFields})`,
    seaport,
  ],
])
