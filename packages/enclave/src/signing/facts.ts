/** What rules may ask of a transaction besides its effects: never shown, always derived here. */
import type { Bytes } from '@holdfast/base/bytes'
import type { StructValue } from './field-value.ts'

export type CallFact = {
  /** EIP-55. */
  readonly to: string
  /** With the selector. */
  readonly data: Bytes
}

export type TypedDataFact = {
  /** EIP-712 `encodeType` of the primary type. */
  readonly type: string
  readonly domain: StructValue
  readonly message: StructValue
}

export type SolanaFact = {
  /** Base58, in the order of the instructions. */
  readonly programs: readonly string[]
  readonly lookupTables: readonly string[]
  /** Of a transaction that lives by a durable nonce. */
  readonly nonceAccount?: string
}

/** What is absent is not of this chain or form, or cannot be said: no rule that asks allows it. */
export type Facts = {
  /** Ethereum: every call, nested ones too, each before those that it holds. */
  readonly calls?: readonly CallFact[]
  readonly typedData?: TypedDataFact
  /** The most that a unit costs: fee by virtual bytes, or the price of gas by one. */
  readonly feeRate?: { readonly fee: bigint; readonly size: bigint }
  /** Bitcoin: of each signature that is asked for. */
  readonly sighashes?: readonly ('ALL' | 'DEFAULT')[]
  readonly solana?: SolanaFact
}
