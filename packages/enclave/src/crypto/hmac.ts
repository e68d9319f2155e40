/**
 * HMAC (RFC 2104), HKDF (RFC 5869) and PBKDF2 (RFC 8018). Pads, states and inner digests stay in
 * locked memory; only what a caller asks for as plain bytes leaves it.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { Crypto } from '../ports/crypto.ts'
import type { Arena } from './arena.ts'
import { sodium } from './sodium.ts'

export type Hmac = Pick<Crypto, 'hmacSha256' | 'hmacSha512' | 'hkdfSha256' | 'pbkdf2Sha512'>

type HashFunction = {
  readonly blockBytes: number
  readonly digestBytes: number
  readonly stateBytes: number
  init(state: Bytes): void
  update(state: Bytes, input: Bytes): void
  final(state: Bytes, digest: Bytes): void
}

const sha256: HashFunction = {
  blockBytes: 64,
  digestBytes: 32,
  stateBytes: sodium.crypto_hash_sha256_STATEBYTES,
  init: (state) => sodium.crypto_hash_sha256_init(state),
  update: (state, input) => sodium.crypto_hash_sha256_update(state, input),
  final: (state, digest) => sodium.crypto_hash_sha256_final(state, digest),
}

const sha512: HashFunction = {
  blockBytes: 128,
  digestBytes: 64,
  stateBytes: sodium.crypto_hash_sha512_STATEBYTES,
  init: (state) => sodium.crypto_hash_sha512_init(state),
  update: (state, input) => sodium.crypto_hash_sha512_update(state, input),
  final: (state, digest) => sodium.crypto_hash_sha512_final(state, digest),
}

type Mac = (key: Bytes, parts: readonly Bytes[], result: Bytes) => void

const hmac = (hash: HashFunction, arena: Arena): Mac => {
  const pad = arena.take(hash.blockBytes)
  const state = arena.take(hash.stateBytes)
  const inner = arena.take(hash.digestBytes)
  const flip = (mask: number): void => {
    for (let index = 0; index < pad.length; index += 1) pad[index] = (pad[index] as number) ^ mask
  }
  return (key, parts, result) => {
    pad.fill(0)
    if (key.length <= hash.blockBytes) pad.set(key)
    else {
      hash.init(state)
      hash.update(state, key)
      hash.final(state, pad.subarray(0, hash.digestBytes))
    }
    flip(0x36)
    hash.init(state)
    hash.update(state, pad)
    for (const part of parts) hash.update(state, part)
    hash.final(state, inner)
    flip(0x36 ^ 0x5c)
    hash.init(state)
    hash.update(state, pad)
    hash.update(state, inner)
    hash.final(state, result)
    pad.fill(0)
    inner.fill(0)
    state.fill(0)
  }
}

export const createHmac = (arena: Arena): Hmac => {
  const mac256 = hmac(sha256, arena)
  const mac512 = hmac(sha512, arena)
  const extracted = arena.take(32)
  const block = arena.take(32)

  return {
    hmacSha256: (key, ...parts) => {
      const result = new Uint8Array(32)
      mac256(key, parts, result)
      return result
    },
    hmacSha512: ({ key, parts, result }) => mac512(key, parts, result),
    hkdfSha256: ({ key, salt, info, length }) => {
      if (length > 255 * 32) throw new RangeError('HKDF gives at most 8160 bytes (RFC 5869 §2.3)')
      const output = new Uint8Array(length)
      mac256(salt, [key], extracted)
      for (let offset = 0, counter = 1; offset < length; offset += 32, counter += 1) {
        const previous = counter === 1 ? [] : [block]
        mac256(extracted, [...previous, info, Uint8Array.of(counter)], block)
        output.set(block.subarray(0, Math.min(32, length - offset)), offset)
      }
      extracted.fill(0)
      block.fill(0)
      return output
    },
    pbkdf2Sha512: ({ password, salt, rounds, result }) => {
      sodium.extension_pbkdf2_sha512(result, password, salt, rounds, result.length)
    },
  }
}
