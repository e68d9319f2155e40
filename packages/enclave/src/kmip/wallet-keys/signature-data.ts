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

const answerOf = (signed: Signed, kind: WalletKeyKind): Answer => {
  switch (signed.kind) {
    case 'ethereum.transaction':
      return ofTransaction(fromHex(signed.transaction))
    case 'ethereum.signature':
      return ofMessage(fromHex(signed.signature))
    case 'bitcoin.psbt':
      return { whole: fromBase64Url(signed.psbt) }
    case 'solana.signature':
      return { whole: fromHex(signed.signature) }
    case 'raw.signature': {
      const signature = fromHex(signed.signature)
      const isEcdsa = kind === 'p256' || signed.recovery !== undefined
      return isEcdsa ? { signature, recovery: signed.recovery } : { whole: signature }
    }
    case 'ethereum.authorization':
      return { signature: fromHex(signed.r + signed.s), recovery: signed.yParity }
  }
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
  const answer = answerOf(signed, kind)
  if ('whole' in answer) return answer.whole
  const { signature, recovery } = answer
  return isRecoverable && recovery !== undefined
    ? concat(signature, Uint8Array.of(recovery))
    : toDer(signature)
}
