/** What rules may ask of a transaction besides its effects: never shown, always derived here. */
import type { Bytes } from '@holdfast/base/bytes'
import type { StructValue } from './field-value.ts'

export type CallFact = {
  /** EIP-55. */
  readonly to: string
  /** With the selector. */
  readonly data: Bytes
  /** Its first four bytes, hexadecimal. */
  readonly selector: string
  /** Its arguments by a method of a policy; undefined where they are not in its canonical form. */
  readonly read: (method: string) => StructValue | undefined
}

export type TypedDataFact = {
  /** EIP-712 `encodeType` of the primary type. */
  readonly type: string
  /** As policies write it: text, decimals, `0x` and lower-case hexadecimal. */
  readonly domain: Readonly<Record<string, string>>
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
