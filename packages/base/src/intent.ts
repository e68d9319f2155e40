/** The decoded intent: what a signature would do, in terms that people and policies share. */
import { z } from 'zod'
import { chain } from './chain.ts'
import { decimal, hex } from './schema.ts'

/** `native` is the coin of the chain; a token is named by its contract or mint address. */
const asset = z.string().min(1).max(128)
/** An address as its chain writes it (EIP-55, Bech32, Base58); an output script's hex if none. */
const address = z.string().min(1).max(256)

export const effect = z.discriminatedUnion('type', [
  /** Moves `amount` base units of `asset` to `to`. */
  z.strictObject({ type: z.literal('transfer'), asset, to: address, amount: decimal }),
  /** Lets `spender` take up to `amount` of `asset`; permits and allowances. */
  z.strictObject({ type: z.literal('approve'), asset, spender: address, amount: decimal }),
  /**
   * An order that others may fill: up to `amount` of `asset` for what `receives` names, all of it
   * together, through the contract `to`. Only what the account itself gets is named there.
   */
  z.strictObject({
    type: z.literal('order'),
    asset,
    amount: decimal,
    to: address,
    receives: z.array(z.strictObject({ asset, amount: decimal })),
  }),
  /** Calls a contract or a program; `selector` is its first four bytes or discriminator. */
  z.strictObject({
    type: z.literal('call'),
    to: address,
    value: decimal,
    selector: hex().exactOptional(),
  }),
  z.strictObject({ type: z.literal('deploy'), value: decimal }),
  /** EIP-7702: gives the account's code to `to`. */
  z.strictObject({ type: z.literal('delegate'), to: address, network: decimal }),
  /** Signs words for people or EIP-712 data that moves nothing by itself. */
  z.strictObject({ type: z.literal('message') }),
  /** Could not be decoded: raw use, denied unless a policy names it. */
  z.strictObject({
    type: z.literal('unknown'),
    reason: z.string().max(200),
    /** What a rule may name instead of raw use. */
    cause: z.enum(['lookup-table', 'durable-nonce']).exactOptional(),
  }),
])
export type Effect = z.infer<typeof effect>

export const intentKinds = ['transaction', 'message', 'typed-data', 'raw'] as const

export const intent = z.strictObject({
  chain: z.union([chain, z.literal('raw')]),
  /** EIP-155 chain id, Bitcoin network name, or Solana's recent blockhash kind; absent if none. */
  network: z.string().max(64).exactOptional(),
  kind: z.enum(intentKinds),
  effects: z.array(effect),
  /** The most that the chain may take as a fee, in base units. */
  fee: decimal.exactOptional(),
  /** Fields of the chain, for people: nonce, gas, inputs, outputs, domain. */
  details: z.record(z.string(), z.json()),
})
export type Intent = z.infer<typeof intent>
