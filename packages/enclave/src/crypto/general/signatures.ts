/** RSA encryption and signatures of RSA, DSA, ECDSA and Ed25519 by the runtime's OpenSSL. */
import {
  constants,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  type SignKeyObjectInput,
  sign as signData,
  verify as verifyData,
} from 'node:crypto'
import type { Bytes } from '@holdfast/base/bytes'
import { assert, fail } from '@holdfast/base/errors'
import type { RsaPadding, SignatureScheme, Signer } from '../../ports/general-crypto.ts'
import { factsOf, privateKey, publicKey } from './keys.ts'
import { decodeOaep, encodeOaep } from './oaep.ts'

const guarded = <Value>(action: () => Value): Value => {
  try {
    return action()
  } catch {
    return fail('bad_seal', 'the key refused the data')
  }
}

const paddingOf = (padding: RsaPadding): object => {
  if (padding.type === 'none') return { padding: constants.RSA_NO_PADDING }
  if (padding.type !== 'oaep') return { padding: constants.RSA_PKCS1_PADDING }
  const { hash, label } = padding
  return {
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: hash,
    ...(label.length === 0 ? {} : { oaepLabel: label }),
  }
}

const none: RsaPadding = { type: 'none' }

const modulusBytes = (key: Bytes): number =>
  (publicKey(key).asymmetricKeyDetails?.modulusLength ?? 0) / 8

export const rsaEncrypt = (key: Bytes, padding: RsaPadding, data: Bytes): Bytes => {
  if (padding.type === 'oaep' && padding.hash !== padding.maskHash) {
    return rsaEncrypt(key, none, encodeOaep(padding, data, modulusBytes(key)))
  }
  const options = paddingOf(padding)
  return guarded(() => new Uint8Array(publicEncrypt({ key: publicKey(key), ...options }, data)))
}

export const rsaDecrypt = (key: Bytes, padding: RsaPadding, data: Bytes): Bytes => {
  if (padding.type === 'oaep' && padding.hash !== padding.maskHash) {
    return decodeOaep(padding, rsaDecrypt(key, none, data))
  }
  const options = paddingOf(padding)
  return guarded(() => new Uint8Array(privateDecrypt({ key: privateKey(key), ...options }, data)))
}

type Prepared = { readonly hash: string | null; readonly options: object }

const prepared = (scheme: SignatureScheme, anySalt: number): Prepared => {
  if (scheme.type === 'ed25519') return { hash: null, options: {} }
  if (scheme.type !== 'rsa-pss') return { hash: scheme.hash, options: {} }
  const saltLength = scheme.saltLength ?? anySalt
  if (scheme.maskHash !== scheme.hash) return fail('unsupported', 'the mask must use the same hash')
  return {
    hash: scheme.hash,
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
  }
}

export const sign = (key: Bytes, scheme: SignatureScheme, data: Bytes): Bytes => {
  const { hash, options } = prepared(scheme, constants.RSA_PSS_SALTLEN_DIGEST)
  return guarded(() => {
    const input = { key: privateKey(key), ...options } as SignKeyObjectInput
    return new Uint8Array(signData(hash, data, input))
  })
}

export const verify = (
  key: Bytes,
  scheme: SignatureScheme,
  data: Bytes,
  signature: Bytes,
): boolean => {
  const { hash, options } = prepared(scheme, constants.RSA_PSS_SALTLEN_AUTO)
  return guarded(() => verifyData(hash, data, { key: publicKey(key), ...options }, signature))
}

/** OpenSSL keeps the key while this is kept; nothing can overwrite it there. */
export const openSigner = (pkcs8: Bytes): Signer => {
  const key = privateKey(pkcs8)
  const publicHalf = createPublicKey(key)
  return {
    facts: factsOf(key),
    sign: (scheme, data) => {
      const { hash, options } = prepared(scheme, constants.RSA_PSS_SALTLEN_DIGEST)
      const signature = guarded(() => signData(hash, data, { key, ...options }))
      assert(
        guarded(() => verifyData(hash, data, { key: publicHalf, ...options }, signature)),
        'a signature verifies',
      )
      return new Uint8Array(signature)
    },
  }
}
