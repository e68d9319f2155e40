/** secp256k1 by the system's library. Private keys go from locked memory to it by address. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { RecoverableSignature, Secp256k1 } from '../ports/crypto.ts'
import type { Arena } from './arena.ts'
import { parsedPointsMax } from './limits.ts'
import type { Secp256k1Library } from './secp256k1-library.ts'

/** secp256k1.h: SECP256K1_EC_COMPRESSED and SECP256K1_EC_UNCOMPRESSED. */
const compressed = { flag: 0x102, length: 33 } as const
const uncompressed = { flag: 0x002, length: 65 } as const

/** Opaque structures of the library. Those that hold a secret lie in locked memory. */
type Scratch = {
  readonly point: Bytes
  readonly xOnly: Bytes
  readonly signature: Bytes
  readonly recoverable: Bytes
  readonly recovery: Int32Array
  readonly length: BigUint64Array
  readonly keypair: Bytes
  readonly sum: Bytes
}

/** The library aborts the process on arguments that it calls illegal: lengths are checked first. */
const has = (length: number, ...values: readonly Bytes[]): boolean =>
  values.every((value) => value.length === length)

type Call = Secp256k1Library['call']

/**
 * Points of the keys that are verified against, kept parsed: a compressed key costs a square root,
 * a seventh of a verification. They are public, and a damaged one verifies nothing.
 */
const createParsedPoints = (call: Call) => {
  const kept = new Map<string, Bytes>()
  return (publicKey: Bytes): Bytes | undefined => {
    if (publicKey.length !== 33 && publicKey.length !== 65) return undefined
    const name = toHex(publicKey)
    const known = kept.get(name)
    if (known !== undefined) return known
    const point = new Uint8Array(64)
    if (call.ec_pubkey_parse(point, publicKey, publicKey.length) !== 1) return undefined
    const [oldest] = kept.keys()
    if (kept.size >= parsedPointsMax && oldest !== undefined) kept.delete(oldest)
    kept.set(name, point)
    return point
  }
}

const points = (call: Call, scratch: Scratch) => {
  const parse = (publicKey: Bytes): boolean =>
    (publicKey.length === 33 || publicKey.length === 65) &&
    call.ec_pubkey_parse(scratch.point, publicKey, publicKey.length) === 1
  const serialize = (form: typeof compressed | typeof uncompressed): Bytes => {
    const bytes = new Uint8Array(form.length)
    scratch.length[0] = BigInt(form.length)
    call.ec_pubkey_serialize(bytes, scratch.length, scratch.point, form.flag)
    return bytes
  }
  return { parse, serialize }
}

const ecdsa = (
  call: Call,
  scratch: Scratch,
  parsedPoint: (publicKey: Bytes) => Bytes | undefined,
): Pick<Secp256k1, 'sign' | 'verify'> => ({
  sign: ({ digest, privateKey }) => {
    assert(has(32, digest, privateKey), 'ECDSA takes a digest and a key of 32 bytes')
    const { recoverable, recovery } = scratch
    // Null, null: RFC 6979 with no extra data, the library's default.
    const signed = call.ecdsa_sign_recoverable(recoverable, digest, privateKey, null, null)
    assert(signed === 1, 'a private key is in range')
    const signature = new Uint8Array(64)
    call.ecdsa_recoverable_signature_serialize_compact(signature, recovery, recoverable)
    return { signature, recovery: recovery[0] as RecoverableSignature['recovery'] }
  },
  verify: ({ digest, signature, publicKey }) => {
    assert(has(32, digest), 'ECDSA takes a digest of 32 bytes')
    const point = has(64, signature) ? parsedPoint(publicKey) : undefined
    return (
      point !== undefined &&
      call.ecdsa_signature_parse_compact(scratch.signature, signature) === 1 &&
      call.ecdsa_verify(scratch.signature, digest, point) === 1
    )
  },
})

const schnorr = (
  call: Call,
  { keypair, xOnly }: Scratch,
): Pick<Secp256k1, 'signSchnorr' | 'verifySchnorr'> => ({
  signSchnorr: ({ digest, privateKey, auxiliary }) => {
    assert(has(32, digest, privateKey, auxiliary), 'BIP-340 takes values of 32 bytes')
    const signature = new Uint8Array(64)
    const made = call.keypair_create(keypair, privateKey)
    const signed = made === 1 && call.schnorrsig_sign32(signature, digest, keypair, auxiliary) === 1
    keypair.fill(0)
    assert(signed, 'a private key is in range')
    return signature
  },
  verifySchnorr: ({ digest, signature, publicKey }) => {
    assert(has(32, digest), 'BIP-340 takes a digest of 32 bytes')
    return (
      has(64, signature) &&
      has(32, publicKey) &&
      call.xonly_pubkey_parse(xOnly, publicKey) === 1 &&
      call.schnorrsig_verify(signature, digest, digest.length, xOnly) === 1
    )
  },
})

const tweaks = (
  call: Call,
  scratch: Scratch,
  { parse, serialize }: ReturnType<typeof points>,
): Pick<Secp256k1, 'addPrivate' | 'negatePrivate' | 'addPublic'> => ({
  addPrivate: ({ privateKey, tweak, result }) => {
    assert(has(32, privateKey, tweak, result), 'scalars have 32 bytes')
    // Apart, because the library works in place and `result` may be one of the others.
    scratch.sum.set(privateKey)
    const added = call.ec_seckey_tweak_add(scratch.sum, tweak) === 1
    if (added) result.set(scratch.sum)
    else result.fill(0)
    scratch.sum.fill(0)
    return added
  },
  negatePrivate: ({ privateKey, result }) => {
    assert(has(32, privateKey, result), 'scalars have 32 bytes')
    if (result !== privateKey) result.set(privateKey)
    assert(call.ec_seckey_negate(result) === 1, 'a private key is in range')
  },
  addPublic: ({ publicKey, tweak }) => {
    assert(has(32, tweak), 'scalars have 32 bytes')
    if (!parse(publicKey) || call.ec_pubkey_tweak_add(scratch.point, tweak) !== 1) return undefined
    return serialize(compressed)
  },
})

/** `seed`: 32 random bytes that blind the library's computations with secrets. */
export const createKoffiSecp256k1 = (input: {
  readonly library: Secp256k1Library
  readonly arena: Arena
  readonly seed: Bytes
}): Secp256k1 => {
  const { call, name } = input.library
  const scratch: Scratch = {
    point: new Uint8Array(64),
    xOnly: new Uint8Array(64),
    signature: new Uint8Array(64),
    recoverable: new Uint8Array(65),
    recovery: new Int32Array(1),
    length: new BigUint64Array(1),
    keypair: input.arena.take(96),
    sum: input.arena.take(32),
  }
  assert(call.context_randomize(input.seed) === 1, 'libsecp256k1 takes a blinding seed')
  const point = points(call, scratch)
  return {
    backend: `libsecp256k1 (koffi, ${name})`,
    isPrivateKey: (privateKey) => has(32, privateKey) && call.ec_seckey_verify(privateKey) === 1,
    parsePublicKey: (publicKey) =>
      point.parse(publicKey) ? point.serialize(compressed) : undefined,
    uncompressed: (publicKey) => {
      assert(point.parse(publicKey), 'a stored public key is a point')
      return point.serialize(uncompressed)
    },
    publicKey: (privateKey) => {
      assert(
        has(32, privateKey) && call.ec_pubkey_create(scratch.point, privateKey) === 1,
        'a private key is in range',
      )
      return point.serialize(compressed)
    },
    ...ecdsa(call, scratch, createParsedPoints(call)),
    ...schnorr(call, scratch),
    ...tweaks(call, scratch, point),
  }
}
