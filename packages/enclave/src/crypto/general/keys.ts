/** Asymmetric keys in their encodings, made and converted by the runtime's OpenSSL. */
import {
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { KeyEncoding, KeyFacts, KeyNumbers, KeyPairKind } from '../../ports/general-crypto.ts'

const guarded = <Value>(action: () => Value): Value => {
  try {
    return action()
  } catch {
    return fail('bad_key', 'the key cannot be read or written in this form')
  }
}

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
const der = (key: KeyObject, type: KeyEncoding): Bytes =>
  new Uint8Array(key.export({ format: 'der', type: type as 'pkcs8' }))

export const privateKey = (pkcs8: Bytes): KeyObject =>
  guarded(() => createPrivateKey({ key: buffer(pkcs8), format: 'der', type: 'pkcs8' }))
export const publicKey = (spki: Bytes): KeyObject =>
  guarded(() => createPublicKey({ key: buffer(spki), format: 'der', type: 'spki' }))

export const readPrivateKey = (key: Bytes, encoding: KeyEncoding): Bytes =>
  guarded(() =>
    der(createPrivateKey({ key: buffer(key), format: 'der', type: encoding as 'pkcs8' }), 'pkcs8'),
  )
export const readPublicKey = (key: Bytes, encoding: KeyEncoding): Bytes =>
  guarded(() =>
    der(createPublicKey({ key: buffer(key), format: 'der', type: encoding as 'spki' }), 'spki'),
  )
export const writePrivateKey = (key: Bytes, encoding: KeyEncoding): Bytes =>
  guarded(() => der(privateKey(key), encoding))
export const writePublicKey = (key: Bytes, encoding: KeyEncoding): Bytes =>
  guarded(() => der(publicKey(key), encoding))

export const publicKeyOf = (key: Bytes): Bytes =>
  guarded(() => der(createPublicKey(privateKey(key) as never), 'spki'))

const jwk = (key: KeyObject): KeyNumbers =>
  guarded(() => key.export({ format: 'jwk' }) as KeyNumbers)

export const privateKeyNumbers = (key: Bytes): KeyNumbers => jwk(privateKey(key))
export const publicKeyNumbers = (key: Bytes): KeyNumbers => jwk(publicKey(key))

export const privateKeyOfNumbers = (numbers: KeyNumbers): Bytes =>
  guarded(() => der(createPrivateKey({ key: numbers, format: 'jwk' }), 'pkcs8'))
export const publicKeyOfNumbers = (numbers: KeyNumbers): Bytes =>
  guarded(() => der(createPublicKey({ key: numbers, format: 'jwk' }), 'spki'))

const curveBits: Readonly<Record<string, number>> = {
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
}

const fixedBits: Readonly<Record<string, number>> = {
  ed25519: 256,
  x25519: 256,
  ed448: 456,
  x448: 448,
}

export const factsOf = (key: KeyObject): KeyFacts => {
  const type = key.asymmetricKeyType ?? 'unknown'
  const { namedCurve: curve, modulusLength } = key.asymmetricKeyDetails ?? {}
  const digits = /(\d{3})/.exec(curve ?? '')?.[1]
  const bits =
    modulusLength ??
    fixedBits[type] ??
    (curve === undefined ? 0 : (curveBits[curve] ?? Number(digits ?? 0)))
  return { type, bits, curve }
}

export const privateKeyFacts = (key: Bytes): KeyFacts => factsOf(privateKey(key))
export const publicKeyFacts = (key: Bytes): KeyFacts => factsOf(publicKey(key))

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

const generate = (kind: KeyPairKind): Pair => {
  switch (kind.type) {
    case 'rsa':
      return generateKeyPairSync('rsa', {
        modulusLength: kind.bits,
        publicExponent: kind.exponent,
      })
    case 'ec':
      return generateKeyPairSync('ec', { namedCurve: kind.curve })
    case 'dsa':
      return generateKeyPairSync('dsa', { modulusLength: kind.bits, divisorLength: 256 })
    case 'dh':
      return generateKeyPairSync('dh', {
        prime: createDiffieHellman(kind.bits).getPrime(),
        generator: 2,
      } as never)
    case 'ed25519':
      return generateKeyPairSync('ed25519')
    case 'ed448':
      return generateKeyPairSync('ed448')
    case 'x25519':
      return generateKeyPairSync('x25519')
    case 'x448':
      return generateKeyPairSync('x448')
    default:
      return fail('unsupported', 'no such kind of key pair')
  }
}

export const generateKeyPair = (
  kind: KeyPairKind,
): { readonly privateKey: Bytes; readonly publicKey: Bytes } =>
  guarded(() => {
    const pair = generate(kind)
    return { privateKey: der(pair.privateKey, 'pkcs8'), publicKey: der(pair.publicKey, 'spki') }
  })

export const agree = (own: Bytes, other: Bytes): Bytes =>
  guarded(
    () =>
      new Uint8Array(diffieHellman({ privateKey: privateKey(own), publicKey: publicKey(other) })),
  )
