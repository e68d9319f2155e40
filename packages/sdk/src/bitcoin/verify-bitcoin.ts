/**
 * Whether an answer is the PSBT that was asked for, with signatures that spend. Each one is
 * checked with the key that the spent output pays to, so that nobody else's can stand in its place.
 */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, concat, equalBytes, fromBase64Url, fromHex, toHex } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Psbt, type PsbtInput, parsePsbt } from './psbt.ts'
import { legacyDigest, taprootDigest, witnessDigest } from './sighash.ts'
import { meaningOf, type Output, parseTransaction, sized, transactionId } from './transaction.ts'

/** What spends an input in the final transaction. */
type Spending = { readonly script: Bytes; readonly witness: readonly Bytes[] }

const none = new Uint8Array(0)
const sighashDefault = 0
const sighashAll = 1

const hash160 = (bytes: Bytes): Bytes => ripemd160(sha256(bytes))

/** OP_DUP OP_HASH160 ‹hash› OP_EQUALVERIFY OP_CHECKSIG: also the script code of BIP-143. */
const keyHashScript = (publicKey: Bytes): Bytes =>
  concat(fromHex('76a914'), hash160(publicKey), fromHex('88ac'))

const witnessScript = (publicKey: Bytes): Bytes => concat(Uint8Array.of(0, 20), hash160(publicKey))

const nestedScript = (publicKey: Bytes): Bytes =>
  concat(Uint8Array.of(0xa9, 20), hash160(witnessScript(publicKey)), Uint8Array.of(0x87))

type Place = { readonly of: Psbt['transaction']; readonly at: number; readonly spends: Output }

/** How a key is paid to; undefined for a script that is not of one key. */
const spendingOf = (
  { of, at, spends }: Place,
  publicKey: Bytes,
  signature: Bytes,
): (Spending & { readonly digest: Bytes }) | undefined => {
  const { amount, script } = spends
  const keyHash = keyHashScript(publicKey)
  if (equalBytes(script, keyHash)) {
    const pushed = concat(sized(signature), sized(publicKey))
    return { script: pushed, witness: [], digest: legacyDigest(of, at, script) }
  }
  const nested = equalBytes(script, nestedScript(publicKey))
  if (!nested && !equalBytes(script, witnessScript(publicKey))) return undefined
  return {
    script: nested ? sized(witnessScript(publicKey)) : none,
    witness: [signature, publicKey],
    digest: witnessDigest(of, at, { script: keyHash, amount }),
  }
}

const verifyEcdsa = (place: Place, publicKey: Bytes, signature: Bytes): Spending | undefined => {
  const spending = spendingOf(place, publicKey, signature)
  if (spending === undefined || signature.at(-1) !== sighashAll) return undefined
  const form = { prehash: false, format: 'der' } as const
  const der = signature.subarray(0, -1)
  return secp256k1.verify(der, spending.digest, publicKey, form) ? spending : undefined
}

const isTaproot = ({ script }: Output): boolean =>
  script.length === 34 && script[0] === 0x51 && script[1] === 32

const verifyTaproot = (
  { of, at, spends }: Place,
  signature: Bytes,
  spent: readonly Output[],
): Spending | undefined => {
  const type = signature.length === 65 ? signature[64] : sighashDefault
  const isPlain = signature.length === 64 || type === sighashAll
  if (!isTaproot(spends) || !isPlain || spent.length !== of.inputs.length) return undefined
  const digest = taprootDigest(of, at, { type: type as number, spent })
  return schnorr.verify(signature.subarray(0, 64), digest, spends.script.subarray(2))
    ? { script: none, witness: [signature] }
    : undefined
}

const isSame = (left: Bytes | undefined, right: Bytes | undefined): boolean =>
  left !== undefined && right !== undefined && equalBytes(left, right)

type Checked = { readonly spending?: Spending; readonly isGood: boolean }

/** A signature that was there before is somebody else's, and need not be understood. */
const checkInput = (
  place: Place,
  asked: PsbtInput,
  given: PsbtInput,
  spent: readonly Output[],
): Checked => {
  let spending: Spending | undefined
  for (const [key, signature] of given.signatures) {
    const good = verifyEcdsa(place, fromHex(key), signature)
    if (good === undefined && !isSame(asked.signatures.get(key), signature)) {
      return { isGood: false }
    }
    spending ??= good
  }
  const { taprootSignature: taproot } = given
  if (taproot === undefined) return spending ? { isGood: true, spending } : { isGood: true }
  const good = verifyTaproot(place, taproot, spent)
  if (good !== undefined) return { isGood: true, spending: good }
  return { isGood: isSame(asked.taprootSignature, taproot) }
}

/** Of every input: how it is spent, undefined where nothing says so; or that one is not good. */
const checkInputs = (asked: Psbt, given: Psbt): readonly (Spending | undefined)[] | undefined => {
  const spent = asked.inputs.flatMap(({ spends }) => spends ?? [])
  const checked = asked.inputs.map((input, at): Checked => {
    const answered = given.inputs[at]
    if (answered === undefined) return { isGood: false }
    const silent = answered.signatures.size === 0 && answered.taprootSignature === undefined
    if (silent) return { isGood: true }
    const { spends } = input
    if (spends === undefined) return { isGood: false }
    return checkInput({ of: asked.transaction, at, spends }, input, answered, spent)
  })
  return checked.every(({ isGood }) => isGood) ? checked.map(({ spending }) => spending) : undefined
}

/** The final transaction is the one of the PSBT, spent by the signatures that were checked. */
const isFinal = (
  asked: Psbt,
  spendings: readonly (Spending | undefined)[],
  final: { readonly transaction: string; readonly id: string | undefined },
): boolean => {
  const transaction = parseTransaction(fromHex(final.transaction))
  const witnessOf = (at: number): string => (transaction.witnesses[at] ?? []).map(toHex).join()
  return (
    meaningOf(transaction) === meaningOf(asked.transaction) &&
    toHex(transactionId(transaction).toReversed()) === final.id &&
    spendings.every((spending, at) => {
      if (spending === undefined) return true
      const isScript = isSame(transaction.inputs[at]?.script, spending.script)
      return isScript && witnessOf(at) === spending.witness.map(toHex).join()
    })
  )
}

export const verifyBitcoin = (
  { psbt }: Extract<SignPayload, { kind: 'bitcoin.psbt' }>,
  signed: Signed,
): boolean => {
  if (signed.kind !== 'bitcoin.psbt') return false
  const asked = parsePsbt(fromBase64Url(psbt))
  const given = parsePsbt(fromBase64Url(signed.psbt))
  if (meaningOf(given.transaction) !== meaningOf(asked.transaction)) return false
  const spendings = checkInputs(asked, given)
  if (spendings?.some((spending) => spending !== undefined) !== true) return false
  const { transaction, id } = signed
  return transaction === undefined || isFinal(asked, spendings, { transaction, id })
}
