/** P-256 by OpenSSL, private keys read from locked memory. */
import { ECDH } from 'node:crypto'
import { type Bytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import koffi from 'koffi'
import type { Crypto, P256 } from '../ports/crypto.ts'
import type { Arena } from './arena.ts'
import { fromDer, lowerHalf, toDer } from './ecdsa-der.ts'
import { publicKeyCacheMax } from './limits.ts'
import type { OpensslLibrary, Pointer } from './openssl-library.ts'
import { isScalar, p256Order } from './scalar.ts'

/** EVP_PKEY_EC (openssl/evp.h). */
const keyTypeEc = 408
/** RFC 5915 ECPrivateKey around 32 bytes, without the public key: OpenSSL computes that. */
const privatePrefix = fromHex('30310201010420')
const privateSuffix = fromHex('a00a06082a8648ce3d030107')
/** RFC 5480 SubjectPublicKeyInfo before an uncompressed point of 65 bytes. */
const publicPrefix = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200')

type Parameter = { readonly name: Bytes; readonly type: number; readonly data: Bytes }

/** An array of OSSL_PARAM (openssl/core.h) in `memory`, which must not move. */
const writeParameters = (memory: Bytes, parameters: readonly Parameter[]): void => {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
  parameters.forEach(({ name, type, data }, index) => {
    const at = index * 40
    view.setBigUint64(at, koffi.address(name), true)
    view.setUint32(at + 8, type, true)
    view.setBigUint64(at + 16, koffi.address(data), true)
    view.setBigUint64(at + 24, BigInt(data.length), true)
  })
}

/** Digest SHA-256 and nonce-type 1: RFC 6979 (EVP_SIGNATURE-ECDSA(7)). */
const deterministic = (arena: Arena): Bytes => {
  const place = (bytes: Bytes): Bytes => {
    const view = arena.take(bytes.length)
    view.set(bytes)
    return view
  }
  const memory = arena.take(120)
  // 4 is OSSL_PARAM_UTF8_STRING, 2 is OSSL_PARAM_UNSIGNED_INTEGER.
  writeParameters(memory, [
    { name: place(utf8('digest\0')), type: 4, data: place(utf8('SHA256')) },
    { name: place(utf8('nonce-type\0')), type: 2, data: place(Uint8Array.of(1, 0, 0, 0)) },
  ])
  return memory
}

const convert = (publicKey: Bytes, form: 'compressed' | 'uncompressed'): Bytes | undefined => {
  if (publicKey.length !== 33 && publicKey.length !== 65) return undefined
  try {
    return new Uint8Array(
      ECDH.convertKey(publicKey, 'prime256v1', undefined, undefined, form) as Uint8Array,
    )
  } catch {
    return undefined
  }
}

/** Imported public keys, the least recently used first; freed when they leave. */
const createPublicKeys = (openssl: OpensslLibrary, arena: Arena) => {
  const kept = new Map<string, Pointer>()
  const der = arena.take(publicPrefix.length + 65)
  der.set(publicPrefix)
  const load = (publicKey: Bytes): Pointer => {
    const point = convert(publicKey, 'uncompressed')
    if (point === undefined) return null
    der.set(point, publicPrefix.length)
    return openssl.d2i_PUBKEY(null, BigUint64Array.of(koffi.address(der)), der.length)
  }
  return {
    get: (publicKey: Bytes): Pointer => {
      const name = toHex(publicKey)
      const key = kept.get(name) ?? load(publicKey)
      if (key === null) return null
      kept.delete(name)
      kept.set(name, key)
      const [oldest] = kept
      if (kept.size > publicKeyCacheMax && oldest !== undefined) {
        kept.delete(oldest[0])
        openssl.EVP_PKEY_free(oldest[1])
      }
      return key
    },
    clear: () => {
      for (const key of kept.values()) openssl.EVP_PKEY_free(key)
      kept.clear()
    },
  }
}

/** Lends an EVP_PKEY over `privateKey`. OpenSSL's own copy is cleared when it is freed. */
const createPrivateKeys = (openssl: OpensslLibrary, arena: Arena) => {
  const der = arena.take(privatePrefix.length + 32 + privateSuffix.length)
  return <Value>(privateKey: Bytes, action: (key: Pointer) => Value): Value => {
    assert(isScalar(privateKey, p256Order), 'a private key is in range')
    der.set(privatePrefix)
    der.set(privateKey, privatePrefix.length)
    der.set(privateSuffix, privatePrefix.length + 32)
    const at = BigUint64Array.of(koffi.address(der))
    const key = openssl.d2i_PrivateKey(keyTypeEc, null, at, der.length)
    der.fill(0)
    assert(key !== null, 'OpenSSL reads a P-256 key')
    try {
      return action(key)
    } finally {
      openssl.EVP_PKEY_free(key)
    }
  }
}

const createSigning = (openssl: OpensslLibrary, arena: Arena) => {
  const parameters = deterministic(arena)
  const length = new BigUint64Array(1)
  return (key: Pointer, digest: Bytes): Bytes => {
    const context = openssl.EVP_PKEY_CTX_new(key, null)
    const der = new Uint8Array(72)
    length[0] = 72n
    const signed =
      openssl.EVP_PKEY_sign_init(context) === 1 &&
      openssl.EVP_PKEY_CTX_set_params(context, parameters) === 1 &&
      openssl.EVP_PKEY_sign(context, der, length, digest, digest.length) === 1
    openssl.EVP_PKEY_CTX_free(context)
    assert(signed, 'OpenSSL signs with P-256')
    return lowerHalf(fromDer(der))
  }
}

export const createP256 = (input: {
  readonly openssl: OpensslLibrary
  readonly arena: Arena
  readonly sha256: Crypto['sha256']
}): P256 & Disposable => {
  const { openssl, arena, sha256 } = input
  const publicKeys = createPublicKeys(openssl, arena)
  const withKey = createPrivateKeys(openssl, arena)
  const signWith = createSigning(openssl, arena)
  const length = new BigUint64Array(1)
  const pub = utf8('pub\0')

  const signDigest: P256['signDigest'] = ({ digest, privateKey }) => {
    assert(digest.length === 32, 'ECDSA takes a digest of 32 bytes')
    return withKey(privateKey, (key) => signWith(key, digest))
  }
  const verifyDigest: P256['verifyDigest'] = ({ digest, signature, publicKey }) => {
    assert(digest.length === 32, 'ECDSA takes a digest of 32 bytes')
    if (signature.length !== 64) return false
    const key = publicKeys.get(publicKey)
    if (key === null) return false
    const context = openssl.EVP_PKEY_CTX_new(key, null)
    const der = toDer(signature)
    const verified =
      openssl.EVP_PKEY_verify_init(context) === 1 &&
      openssl.EVP_PKEY_verify(context, der, der.length, digest, digest.length) === 1
    openssl.EVP_PKEY_CTX_free(context)
    // A signature that does not verify leaves errors queued in this thread: node:crypto reads them.
    if (!verified) openssl.ERR_clear_error()
    return verified
  }
  return {
    isPrivateKey: (privateKey) => isScalar(privateKey, p256Order),
    parsePublicKey: (publicKey) => convert(publicKey, 'compressed'),
    publicKey: (privateKey) =>
      withKey(privateKey, (key) => {
        const point = new Uint8Array(65)
        const got = openssl.EVP_PKEY_get_octet_string_param(key, pub, point, 65, length)
        const publicKey = got === 1 ? convert(point, 'compressed') : undefined
        assert(publicKey !== undefined, 'OpenSSL computes a P-256 public key')
        return publicKey
      }),
    uncompressed: (publicKey) => {
      const point = convert(publicKey, 'uncompressed')
      assert(point !== undefined, 'a stored public key is a point')
      return point
    },
    sign: ({ message, privateKey }) => signDigest({ digest: sha256(message), privateKey }),
    signDigest,
    verify: ({ message, signature, publicKey }) =>
      verifyDigest({ digest: sha256(message), signature, publicKey }),
    verifyDigest,
    [Symbol.dispose]: () => publicKeys.clear(),
  }
}
