/** How one public key is paid to: the output script of each kind and what spending it needs. */
import { type Bytes, concat, fromHex, utf8 } from '@holdfast/base/bytes'
import type { BitcoinScript } from '@holdfast/base/chain'
import { assert } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'

export type KeyScript = {
  readonly kind: BitcoinScript
  /** Compressed, 33 bytes; for taproot the internal key before its tweak. */
  readonly publicKey: Bytes
  readonly output: Bytes
  /** P2SH-P2WPKH only. */
  readonly redeemScript?: Bytes
  readonly taproot?: { readonly tweak: Bytes; readonly outputKey: Bytes }
}

/** BIP-340 §Design: hashes by purpose. */
export const taggedHash = (tag: string, crypto: Crypto, ...parts: readonly Bytes[]): Bytes => {
  const prefix = crypto.sha256(utf8(tag))
  return crypto.sha256(prefix, prefix, ...parts)
}

export const hash160 = (bytes: Bytes, crypto: Crypto): Bytes =>
  crypto.ripemd160(crypto.sha256(bytes))

const pubKeyHashBefore = fromHex('76a914')
const pubKeyHashAfter = fromHex('88ac')

/** OP_DUP OP_HASH160 ‹hash› OP_EQUALVERIFY OP_CHECKSIG; also the script code of BIP-143. */
export const pubKeyHashScript = (hash: Bytes): Bytes =>
  concat(pubKeyHashBefore, hash, pubKeyHashAfter)

const witnessPubKeyHash = (hash: Bytes): Bytes => concat(Uint8Array.of(0x00, 0x14), hash)

const scriptHash = (script: Bytes, crypto: Crypto): Bytes =>
  concat(Uint8Array.of(0xa9, 0x14), hash160(script, crypto), Uint8Array.of(0x87))

/** BIP-86: a key path without any script. */
const taprootOutput = (publicKey: Bytes, crypto: Crypto) => {
  const { secp256k1 } = crypto
  const internalKey = publicKey.subarray(1)
  const even = concat(Uint8Array.of(2), internalKey)
  const tweak = taggedHash('TapTweak', crypto, internalKey)
  const point = secp256k1.addPublic({ publicKey: even, tweak })
  assert(point !== undefined, 'a taproot tweak gives a key')
  const outputKey = point.subarray(1)
  return { output: concat(Uint8Array.of(0x51, 0x20), outputKey), taproot: { tweak, outputKey } }
}

type Build = (publicKey: Bytes, crypto: Crypto) => Omit<KeyScript, 'kind' | 'publicKey'>

const builders: Readonly<Record<BitcoinScript, Build>> = {
  p2pkh: (publicKey, crypto) => ({ output: pubKeyHashScript(hash160(publicKey, crypto)) }),
  'p2sh-p2wpkh': (publicKey, crypto) => {
    const redeemScript = witnessPubKeyHash(hash160(publicKey, crypto))
    return { output: scriptHash(redeemScript, crypto), redeemScript }
  },
  p2wpkh: (publicKey, crypto) => ({ output: witnessPubKeyHash(hash160(publicKey, crypto)) }),
  p2tr: taprootOutput,
}

export const keyScript = (kind: BitcoinScript, publicKey: Bytes, crypto: Crypto): KeyScript => ({
  kind,
  publicKey,
  ...builders[kind](publicKey, crypto),
})
