/** Whether an answer is the signature of one key over raw data. */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, concat, equalBytes, fromHex } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { p256 } from '@noble/curves/nist.js'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { signatures } from '../crypto/signatures.ts'

type Raw = Extract<SignPayload, { kind: 'raw' }>

type Input = { readonly data: Bytes; readonly signature: Bytes; readonly publicKey: Bytes }

/** Digests are signed as they are. */
const digest = { prehash: false } as const

const schemes: Readonly<Record<Raw['algorithm'], (input: Input) => boolean>> = {
  'ecdsa-secp256k1': ({ data, signature, publicKey }) =>
    secp256k1.verify(signature, data, publicKey, digest),
  // BIP-340 keys are the x coordinates alone.
  bip340: ({ data, signature, publicKey }) =>
    schnorr.verify(signature, data, publicKey.subarray(1)),
  'ecdsa-p256': ({ data, signature, publicKey }) =>
    p256.verify(signature, data, publicKey, { ...digest, lowS: false }),
  ed25519: ({ data, signature, publicKey }) =>
    signatures.ed25519.verify({ message: data, signature, publicKey }),
}

/** The recovery id, where there is one, leads to the same key. */
const recovers = ({ data, signature, publicKey }: Input, recovery: number): boolean => {
  const bytes = concat(Uint8Array.of(recovery), signature)
  const point = secp256k1.Signature.fromBytes(bytes, 'recovered').recoverPublicKey(data)
  return equalBytes(point.toBytes(true), publicKey)
}

/** `publicKey` is the key's, in hexadecimal. */
export const verifyRaw = (payload: Raw, signed: Signed, publicKey: string): boolean => {
  if (signed.kind !== 'raw.signature') return false
  const input = {
    data: fromHex(payload.data),
    signature: fromHex(signed.signature),
    publicKey: fromHex(publicKey),
  }
  const { recovery } = signed
  const leads = recovery === undefined || payload.algorithm !== 'ecdsa-secp256k1'
  return schemes[payload.algorithm](input) && (leads || recovers(input, recovery))
}
