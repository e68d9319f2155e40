/** `sign`: one transaction or message by one account. */
import { z } from 'zod'
import {
  accountId,
  base64url,
  decimal,
  hex,
  intentId,
  objectId,
  walletId,
  zoneId,
} from '../schema.ts'
import { header, seen, wait } from './header.ts'

export const signPayload = z.discriminatedUnion('kind', [
  /** Unsigned transaction: RLP for legacy (EIP-155 form with chain id), type byte ‖ RLP else. */
  z.strictObject({ kind: z.literal('ethereum.transaction'), transaction: hex() }),
  /** EIP-191 version 0x45 (`personal_sign`): the message without its prefix. */
  z.strictObject({ kind: z.literal('ethereum.message'), message: hex() }),
  /** EIP-712: `{ types, primaryType, domain, message }`. */
  z.strictObject({
    kind: z.literal('ethereum.typed-data'),
    typedData: z.strictObject({
      types: z.record(z.string(), z.array(z.strictObject({ name: z.string(), type: z.string() }))),
      primaryType: z.string(),
      domain: z.record(z.string(), z.json()),
      message: z.record(z.string(), z.json()),
    }),
  }),
  /** EIP-7702 authorisation tuple of the account itself. */
  z.strictObject({
    kind: z.literal('ethereum.authorization'),
    chainId: z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/),
    address: hex(20),
    nonce: z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/),
  }),
  /**
   * ERC-4337 before 0.8: the enclave derives the hash and signs it as EIP-191 message, as the
   * reference account takes it. Integers decimal; the version names the entry point.
   */
  z.strictObject({
    kind: z.literal('ethereum.user-operation'),
    version: z.enum(['0.6', '0.7']),
    chainId: decimal,
    operation: z.strictObject({
      sender: hex(20),
      nonce: decimal,
      /** Factory and its data; empty where the account exists. */
      initCode: hex(),
      callData: hex(),
      callGasLimit: decimal,
      verificationGasLimit: decimal,
      preVerificationGas: decimal,
      maxFeePerGas: decimal,
      maxPriorityFeePerGas: decimal,
      /** Paymaster and its data; empty where the account pays. */
      paymasterAndData: hex(),
    }),
  }),
  /** BIP-174 or BIP-370, in base64url. */
  z.strictObject({ kind: z.literal('bitcoin.psbt'), psbt: base64url }),
  /** A serialised message, legacy or v0, without signatures. */
  z.strictObject({ kind: z.literal('solana.message'), message: base64url }),
  /** An off-chain message; the enclave adds Solana's off-chain prefix. */
  z.strictObject({ kind: z.literal('solana.off-chain'), message: base64url }),
  /** Raw use: denied unless a rule names `unknown` effects. Names the key. */
  z.strictObject({
    kind: z.literal('raw'),
    key: objectId,
    algorithm: z.enum(['ecdsa-secp256k1', 'bip340', 'ecdsa-p256', 'ed25519']),
    /** 32 bytes for ECDSA and BIP-340; any message for Ed25519. */
    data: hex(),
  }),
])
export type SignPayload = z.infer<typeof signPayload>

export const sign = z.strictObject({
  operation: z.literal('sign'),
  ...header,
  wait,
  wallet: walletId,
  /** Raw use needs one for keys of a seed phrase alone. */
  account: accountId.exactOptional(),
  intent: intentId.exactOptional(),
  /** The zone that counts it where a rule has limits; else the home. */
  charge: zoneId.exactOptional(),
  seen: seen.exactOptional(),
  payload: signPayload,
})
export type Sign = z.infer<typeof sign>
