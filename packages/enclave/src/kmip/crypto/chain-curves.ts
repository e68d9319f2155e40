/**
 * Keys on the curves of chains, as general objects have them: private keys in locked memory, used
 * by the libraries that sign for wallets. ECDSA is RFC 6979 with low S.
 */
import { type Bytes, concat } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { assert, fail } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import { fromDer, lowerHalf, toDer } from '../../crypto/ecdsa-der.ts'
import { secp256k1Order } from '../../crypto/scalar.ts'
import type { Crypto } from '../../ports/crypto.ts'
import type { KeyFacts } from '../../ports/general-crypto.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { type Given, rawUse } from './raw-use.ts'
import type { Parameters } from './symmetric.ts'

/** What the library of general cryptography does not have, or is slower at. */
export type ChainCrypto = Crypto

export type ChainKind = 'secp256k1' | 'p256' | 'ed25519'

const curves: Readonly<Record<string, ChainKind>> = { secp256k1: 'secp256k1', prime256v1: 'p256' }

export const chainKindOf = ({ type, curve }: KeyFacts): ChainKind | undefined =>
  type === 'ed25519' ? type : curves[curve ?? '']

/** The scalar or seed in a PKCS#8 (RFC 5958 §2, RFC 5915 §3, RFC 8410 §7): a view of it. */
const secretIn = (pkcs8: Bytes, kind: ChainKind): Bytes => {
  const [, , octets] = der.readSequence(der.readOnly(pkcs8, der.derTag.sequence))
  const { content } = der.expectTag(octets, der.derTag.octetString)
  const inner =
    kind === 'ed25519'
      ? der.readOnly(content, der.derTag.octetString)
      : der.readSequence(der.readOnly(content, der.derTag.sequence))[1]
  const secret = der.expectTag(inner, der.derTag.octetString).content
  return secret.length === 32 ? secret : fail('bad_key', 'the key has another length')
}

type Digest = { readonly algorithm: string; readonly data: Bytes }

/** What is signed: the message of Ed25519, else 32 bytes. */
const digestOf = (
  scope: Scope,
  chains: ChainCrypto,
  kind: ChainKind,
  asked: { readonly parameters: Parameters; readonly given: Given },
): Digest => {
  const { algorithm, data, hash } = rawUse(scope, kind, asked.parameters, asked.given)
  const digest = hash === undefined ? data : chains[hash](data)
  if (kind !== 'ed25519' && digest.length !== 32) {
    failWith('InvalidField', 'what is signed is not 32 bytes')
  }
  return { algorithm, data: digest }
}

/** r ‖ s of a signature in DER, undefined where it is not of that form. */
const compactOf = (signature: Bytes): Bytes | undefined => {
  const isPlausible = signature.length >= 8 && signature.length <= 72 && signature[0] === 0x30
  if (!isPlausible) return undefined
  const compact = fromDer(signature)
  const written = toDer(compact)
  return written.length === signature.length && written.every((byte, at) => byte === signature[at])
    ? compact
    : undefined
}

const isRecoverable = ({ digitalSignatureAlgorithm: named }: Parameters): boolean =>
  named === extensionValues.signatures.recoverableEcdsa

/** r ‖ s before a recovery id. */
const recoverableOf = (signature: Bytes): Bytes | undefined =>
  signature.length === 65 && (signature[64] as number) <= 3 ? signature.subarray(0, 64) : undefined

export type ChainKey = Disposable & {
  /** Verified with the public key before it is given. */
  sign(scope: Scope, parameters: Parameters, given: Given): Bytes
}

const signSecp256k1 = (
  { secp256k1 }: ChainCrypto,
  scope: Scope,
  key: { readonly secret: Secret; readonly publicKey: Bytes; readonly isRecoverable: boolean },
  { algorithm, data: digest }: Digest,
): Bytes => {
  const { secret, publicKey } = key
  if (algorithm === 'bip340') {
    const auxiliary = scope.entropy.bytes(32)
    const signature = secret.use((privateKey) =>
      secp256k1.signSchnorr({ digest, privateKey, auxiliary }),
    )
    const isGood = secp256k1.verifySchnorr({ digest, signature, publicKey: publicKey.subarray(1) })
    assert(isGood, 'a signature verifies')
    return signature
  }
  const { signature, recovery } = secret.use((privateKey) => secp256k1.sign({ digest, privateKey }))
  assert(secp256k1.verify({ digest, signature, publicKey }), 'a signature verifies')
  return key.isRecoverable ? concat(signature, Uint8Array.of(recovery)) : toDer(signature)
}

/** Takes the key out of its PKCS#8 into locked memory; what was given is overwritten. */
export const openChainKey = (chains: ChainCrypto, pkcs8: Bytes, kind: ChainKind): ChainKey => {
  const secret = chains.secretFrom(secretIn(pkcs8, kind).slice())
  pkcs8.fill(0)
  const publicKey = secret.use((privateKey) => chains[kind].publicKey(privateKey))
  return {
    sign: (scope, parameters, given) => {
      const digest = digestOf(scope, chains, kind, { parameters, given })
      if (kind === 'secp256k1') {
        const form = { secret, publicKey, isRecoverable: isRecoverable(parameters) }
        return signSecp256k1(chains, scope, form, digest)
      }
      const { data } = digest
      if (kind === 'ed25519') {
        const input = { message: data, publicKey }
        const signature = secret.use((privateKey) => chains.ed25519.sign({ ...input, privateKey }))
        assert(chains.ed25519.verify({ ...input, signature }), 'a signature verifies')
        return signature
      }
      const input = { digest: data, publicKey }
      const signature = secret.use((privateKey) => chains.p256.signDigest({ ...input, privateKey }))
      assert(chains.p256.verifyDigest({ ...input, signature }), 'a signature verifies')
      return toDer(signature)
    },
    [Symbol.dispose]: () => secret[Symbol.dispose](),
  }
}

/** The point, or key of Ed25519, in an SPKI (RFC 5480 §2, RFC 8410 §4). */
const pointIn = (spki: Bytes): Bytes => {
  const [, bits] = der.readSequence(der.readOnly(spki, der.derTag.sequence))
  return der.readBitString(bits)
}

const verifySecp256k1 = (
  { secp256k1 }: ChainCrypto,
  publicKey: Bytes,
  { algorithm, data: digest }: Digest,
  { signature, parameters }: { readonly signature: Bytes; readonly parameters: Parameters },
): boolean => {
  if (algorithm === 'bip340') {
    return (
      signature.length === 64 &&
      secp256k1.verifySchnorr({ digest, signature, publicKey: publicKey.subarray(1) })
    )
  }
  const compact = isRecoverable(parameters) ? recoverableOf(signature) : compactOf(signature)
  if (compact === undefined) return false
  // Other signers leave s where it falls; the library takes the lower half alone (BIP-146).
  return secp256k1.verify({ digest, signature: lowerHalf(compact, secp256k1Order), publicKey })
}

/** Whether a signature on secp256k1 is good; what `sign` answers, in the same forms. */
export const verifyOnSecp256k1 = (
  scope: Scope,
  chains: ChainCrypto,
  spki: Bytes,
  asked: { readonly parameters: Parameters; readonly given: Given; readonly signature: Bytes },
): boolean => {
  const digest = digestOf(scope, chains, 'secp256k1', asked)
  const publicKey = chains.secp256k1.parsePublicKey(pointIn(spki))
  if (publicKey === undefined) return failWith('CryptographicFailure', 'the key is no point')
  return verifySecp256k1(chains, publicKey, digest, asked)
}
