import { toHex } from '@holdfast/base/bytes'
import { intent as intentSchema } from '@holdfast/base/intent'
import { parseValue } from '@holdfast/base/schema'
import { encodeFunctionData, erc20Abi, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { accountOf, decodeOrThrow, privateKeyOf, testCrypto } from '../testing/sign-payload.ts'
import { checksumAddress, ethereumAddress } from './address.ts'
import { knownContracts } from './typed-data-effects.ts'

const publicKey = testCrypto.secp256k1.publicKey(privateKeyOf(0x31))
const own = ethereumAddress(publicKey, testCrypto)
const account = accountOf({ chain: 'ethereum', publicKey: toHex(publicKey), address: own })
const addressOf = (byte: number) =>
  checksumAddress(new Uint8Array(20).fill(byte), testCrypto) as Hex
const [give, take, other, safe] = [
  addressOf(0x61),
  addressOf(0x7a),
  addressOf(0x0e),
  addressOf(0x5a),
]
const zero = `0x${'00'.repeat(20)}`
const zeroWord = `0x${'00'.repeat(32)}`

const members = (text: string) =>
  text.split(',').map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { name, type }
  })

type Document = {
  readonly contract: string
  readonly types: Readonly<Record<string, string>>
  readonly primaryType: string
  readonly message: object
}
const decode = ({ contract, types, primaryType, message }: Document) => {
  const typedData = {
    types: Object.fromEntries(Object.entries(types).map(([name, text]) => [name, members(text)])),
    primaryType,
    domain: { name: 'x', chainId: 1, verifyingContract: contract },
    message: message as Record<string, never>,
  }
  const decoded = decodeOrThrow({ kind: 'ethereum.typed-data', typedData }, account)
  parseValue(intentSchema, decoded.intent)
  return decoded
}
const effects = (document: Document) => decode(document).intent.effects
const unknown = (reason: string) => [{ type: 'unknown', reason }]
const elsewhere = unknown('typed data of another contract than the one that defines its type')

const cow: Document = {
  contract: '0x9008D19f58AAbD9eD0D60971565AA8510560ab41',
  types: {
    Order:
      'address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,' +
      'uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,' +
      'string sellTokenBalance,string buyTokenBalance',
  },
  primaryType: 'Order',
  message: {
    sellToken: give,
    buyToken: take,
    receiver: zero,
    sellAmount: '100',
    buyAmount: '7',
    validTo: 1,
    appData: zeroWord,
    feeAmount: '3',
    kind: 'sell',
    partiallyFillable: false,
    sellTokenBalance: 'erc20',
    buyTokenBalance: 'erc20',
  },
}
const having = (document: Document, fields: object): Document => ({
  ...document,
  message: { ...document.message, ...fields },
})

const itemFields =
  'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount'
const item = (itemType: number, token: string, start: number, end: number, id = 0) => ({
  itemType,
  token,
  identifierOrCriteria: id,
  startAmount: start,
  endAmount: end,
})
const seaport: Document = {
  contract: '0x0000000000000068F116a894984e2DB1123eB395',
  types: {
    OrderComponents:
      'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,' +
      'uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,' +
      'bytes32 conduitKey,uint256 counter',
    OfferItem: itemFields,
    ConsiderationItem: `${itemFields},address recipient`,
  },
  primaryType: 'OrderComponents',
  message: {
    offerer: own,
    zone: zero,
    offer: [item(2, give, 1, 1, 44), item(1, give, 9, 5)],
    consideration: [
      { ...item(0, zero, 100, 90), recipient: own },
      { ...item(0, zero, 5, 5), recipient: other },
      { ...item(3, take, 2, 3, 8), recipient: own },
      { ...item(4, take, 2, 3, 8), recipient: own },
    ],
    orderType: 0,
    startTime: 0,
    endTime: 1,
    zoneHash: zeroWord,
    salt: 0,
    conduitKey: zeroWord,
    counter: 0,
  },
}
const zeroEx: Document = {
  contract: '0xDef1C0ded9bec7F1a1670819833240f027b25EfF',
  types: {
    RfqOrder:
      'address makerToken,address takerToken,uint128 makerAmount,uint128 takerAmount,' +
      'address maker,address taker,address txOrigin,bytes32 pool,uint64 expiry,uint256 salt',
  },
  primaryType: 'RfqOrder',
  message: {
    makerToken: give,
    takerToken: take,
    makerAmount: '20',
    takerAmount: '30',
    maker: own,
    taker: zero,
    txOrigin: zero,
    pool: zeroWord,
    expiry: 1,
    salt: 1,
  },
}
const order = (contract: string, asset: string, amount: string, receives: readonly object[]) => ({
  type: 'order',
  asset,
  amount,
  to: contract,
  receives,
})

describe('orders that others may fill', () => {
  it('of CoW give what is sold and its fee, for what the account gets', () => {
    const bought = [{ asset: take, amount: '7' }]
    expect(effects(cow)).toEqual([order(cow.contract, give, '103', bought)])
    expect(effects(having(cow, { receiver: own }))).toEqual([
      order(cow.contract, give, '103', bought),
    ])
    expect(effects(having(cow, { receiver: other }))).toEqual([
      order(cow.contract, give, '103', []),
    ])
    const coin = having(cow, { buyToken: '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE' })
    expect(effects(coin)).toEqual([
      order(cow.contract, give, '103', [{ asset: 'native', amount: '7' }]),
    ])
  })

  it('of Seaport give the most of each item, for the least that the account gets', () => {
    const receives = [
      { asset: 'native', amount: '90' },
      { asset: `${take}/8`, amount: '2' },
    ]
    expect(effects(seaport)).toEqual([
      order(seaport.contract, `${give}/44`, '1', receives),
      order(seaport.contract, give, '9', receives),
    ])
    expect(effects(having(seaport, { offer: [item(4, give, 1, 1)] }))).toEqual(
      unknown('an order that offers any item of a set'),
    )
    expect(effects(having(seaport, { offer: [] }))).toEqual(
      unknown('typed data that names nothing'),
    )
  })

  it('of 0x give the maker’s amount', () => {
    const receives = [{ asset: take, amount: '30' }]
    expect(effects(zeroEx)).toEqual([order(zeroEx.contract, give, '20', receives)])
    expect(effects(having(zeroEx, { maker: other }))).toEqual([
      order(zeroEx.contract, give, '20', []),
    ])
    const limit: Document = {
      ...having(zeroEx, { takerTokenFeeAmount: '1', sender: zero, feeRecipient: zero }),
      types: {
        LimitOrder:
          'address makerToken,address takerToken,uint128 makerAmount,uint128 takerAmount,' +
          'uint128 takerTokenFeeAmount,address maker,address taker,address sender,' +
          'address feeRecipient,bytes32 pool,uint64 expiry,uint256 salt',
      },
      primaryType: 'LimitOrder',
    }
    expect(effects(limit)).toEqual([order(zeroEx.contract, give, '20', receives)])
  })

  it.each([cow, seaport, zeroEx])('are unknown of another contract: $primaryType', (document) => {
    expect(effects({ ...document, contract: other })).toEqual(elsewhere)
  })

  it('name contracts in the one form that is compared', () => {
    expect(knownContracts().length).toBeGreaterThan(5)
    for (const one of knownContracts()) {
      const bytes = Uint8Array.from(Buffer.from(one.slice(2), 'hex'))
      expect(checksumAddress(bytes, testCrypto)).toBe(one)
    }
  })
})

const transfer = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [other, 5n] })
const paid = { type: 'transfer', asset: give, to: other, amount: '5' }

describe('what smart accounts do by a signature', () => {
  const safeTx: Document = {
    contract: safe,
    types: {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,' +
        'uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
    },
    primaryType: 'SafeTx',
    message: {
      to: give,
      value: '0',
      data: transfer,
      operation: 0,
      safeTxGas: 0,
      baseGas: 0,
      gasPrice: 0,
      gasToken: zero,
      refundReceiver: zero,
      nonce: 1,
    },
  }
  const operation: Document = {
    contract: '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108',
    types: {
      PackedUserOperation:
        'address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,' +
        'uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData',
    },
    primaryType: 'PackedUserOperation',
    message: {
      sender: safe,
      nonce: 1,
      initCode: '0x',
      callData: transfer,
      accountGasLimits: zeroWord,
      preVerificationGas: 0,
      gasFees: zeroWord,
      paymasterAndData: '0x',
    },
  }

  it('is a Safe’s transaction, with the calls that rules may ask for', () => {
    const { intent, facts } = decode(safeTx)
    expect(intent.effects).toEqual([paid])
    expect(facts?.calls?.map((one) => [one.to, `0x${toHex(one.data)}`])).toEqual([[give, transfer]])
    expect(effects(having(safeTx, { operation: 1 }))).toEqual([
      paid,
      ...unknown('code of another contract runs as the account'),
    ])
    expect(effects(having(safeTx, { gasPrice: 1 }))).toContainEqual(
      unknown('the Safe pays for the gas')[0],
    )
    expect(() => effects(having(safeTx, { operation: 2 }))).toThrow('bad_transaction')
  })

  it('is a user operation of the entry point that defines it', () => {
    expect(effects(operation)).toEqual([{ ...paid, asset: safe }])
    expect(effects(having(operation, { initCode: '0x11' }))).toContainEqual(
      unknown('the user operation deploys its account first')[0],
    )
    expect(effects({ ...operation, contract: other })).toEqual(elsewhere)
  })
})

describe('a Permit2 permit with a witness', () => {
  const permit: Document = {
    contract: '0x000000000022D473030F116dDEE9F6B43aC78BA3',
    types: {
      PermitWitnessTransferFrom:
        'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Note witness',
      TokenPermissions: 'address token,uint256 amount',
      Note: 'string text',
    },
    primaryType: 'PermitWitnessTransferFrom',
    message: {
      permitted: { token: give, amount: '9' },
      spender: other,
      nonce: 1,
      deadline: 1,
      witness: { text: 'x' },
    },
  }
  const approved = { type: 'approve', asset: give, spender: other, amount: '9' }

  it('takes what the permit says, whatever the witness', () => {
    expect(effects(permit)).toEqual([approved])
    const batch: Document = {
      ...having(permit, { permitted: [{ token: give, amount: '9' }] }),
      types: {
        ...permit.types,
        PermitBatchWitnessTransferFrom:
          'TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,Note witness',
      },
      primaryType: 'PermitBatchWitnessTransferFrom',
    }
    const { PermitWitnessTransferFrom: _single, ...types } = batch.types
    expect(effects({ ...batch, types })).toEqual([approved])
    expect(effects({ ...permit, contract: other })).toEqual(elsewhere)
  })

  it('is not recognised where the permission has another form', () => {
    const types = { ...permit.types, TokenPermissions: 'uint256 amount,address token' }
    const reason = unknown('typed data of a type that is not recognised')
    expect(effects({ ...permit, types })).toEqual(reason)
    const lookAlike = {
      ...permit.types,
      PermitWitnessTransferFrom:
        'XTokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Note witness',
      XTokenPermissions: 'address token,uint256 amount',
    }
    expect(effects({ ...permit, types: lookAlike })).toEqual(reason)
  })
})
