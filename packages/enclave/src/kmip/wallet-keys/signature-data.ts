/** What a signed transaction or message is as KMIP's Signature Data. */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, concat, fromBase64Url, fromHex } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import { toDer } from '../../crypto/ecdsa-der.ts'
import { decodeRlpList, type RlpItem } from '../../signing/ethereum/rlp.ts'
import type { WalletKeyKind } from './wallet-keys.ts'

/** r ‖ s, and the recovery id where there is one. */
type Compact = { readonly signature: Bytes; readonly recovery?: number | undefined }

const numberOf = (item: RlpItem | undefined): Bytes => {
  assert(item instanceof Uint8Array && item.length <= 32, 'a signature is of numbers')
  return item
}

const padded = (item: RlpItem | undefined): Bytes => {
  const bytes = numberOf(item)
  return concat(new Uint8Array(32 - bytes.length), bytes)
}

/** The parity of v: y parity itself, or 35 + 2 · chain id + y parity (EIP-155). */
const recoveryOf = (item: RlpItem | undefined, isTyped: boolean): number => {
  const parity = (numberOf(item).at(-1) ?? 0) & 1
  return isTyped ? parity : 1 - parity
}

/** The last three fields of a signed transaction of any type are v, r and s. */
const ofTransaction = (transaction: Bytes): Compact => {
  const isTyped = (transaction[0] as number) < 0xc0
  const { items } = decodeRlpList(isTyped ? transaction.subarray(1) : transaction)
  const [v, r, s] = items.slice(-3)
  return { signature: concat(padded(r), padded(s)), recovery: recoveryOf(v, isTyped) }
}

const ofMessage = (signature: Bytes): Compact => ({
  signature: signature.subarray(0, 64),
  recovery: (signature[64] as number) - 27,
})

type Answer = { readonly whole: Bytes } | Compact

type Forms = {
  readonly [Kind in Signed['kind']]: (signed: Extract<Signed, { kind: Kind }>) => Answer
}

const forms: Forms = {
  'ethereum.transaction': ({ transaction }) => ofTransaction(fromHex(transaction)),
  'ethereum.signature': ({ signature }) => ofMessage(fromHex(signature)),
  'ethereum.authorization': ({ r, s, yParity }) => ({
    signature: concat(fromHex(r), fromHex(s)),
    recovery: yParity,
  }),
  'bitcoin.psbt': ({ psbt }) => ({ whole: fromBase64Url(psbt) }),
  'solana.signature': ({ signature }) => ({ whole: fromHex(signature) }),
  // Of the raw schemes on secp256k1 ECDSA alone has a recovery id.
  'raw.signature': ({ signature, recovery }) =>
    recovery === undefined
      ? { whole: fromHex(signature) }
      : { signature: fromHex(signature), recovery },
}

/**
 * ECDSA in DER with low S, or r ‖ s ‖ recovery id where the client asked for that extension;
 * Ed25519 and BIP-340 in 64 bytes; for a PSBT the signed PSBT.
 */
export const signatureData = (
  signed: Signed,
  kind: WalletKeyKind,
  isRecoverable: boolean,
): Bytes => {
  // The table's type pairs each kind with its form; a lookup by a union loses that pairing.
  const answer = (forms[signed.kind] as (of: Signed) => Answer)(signed)
  if ('whole' in answer) return kind === 'p256' ? toDer(answer.whole) : answer.whole
  const { signature, recovery } = answer
  return isRecoverable && recovery !== undefined
    ? concat(signature, Uint8Array.of(recovery))
    : toDer(signature)
}
