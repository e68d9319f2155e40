/**
 * EME-OAEP with a mask of another hash (RFC 8017 §7.1): the runtime's RSA takes one hash for
 * both. RSA itself is the runtime's; a wrong encoding is told from a right one only at the end.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Bytes, concat } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

export type OaepHashes = {
  readonly hash: string
  readonly maskHash: string
  readonly label: Bytes
}

const digest = (name: string, ...parts: readonly Bytes[]): Bytes => {
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** MGF1 (RFC 8017 §B.2.1). */
const mask = (name: string, seed: Bytes, length: number): Bytes => {
  const parts: Bytes[] = []
  for (let made = 0, counter = 0; made < length; counter += 1) {
    const block = digest(name, seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff))
    parts.push(block)
    made += block.length
  }
  return concat(...parts).subarray(0, length)
}

const xor = (left: Bytes, right: Bytes): Bytes =>
  left.map((byte, index) => byte ^ (right[index] as number))

/** The encoded message of `length` bytes. */
export const encodeOaep = (hashes: OaepHashes, data: Bytes, length: number): Bytes => {
  const labelHash = digest(hashes.hash, hashes.label)
  const size = labelHash.length
  const padding = length - data.length - 2 * size - 2
  if (padding < 0) return fail('invalid_field', 'the data is too long for the key')
  const block = concat(labelHash, new Uint8Array(padding), Uint8Array.of(1), data)
  const seed = new Uint8Array(randomBytes(size))
  const maskedBlock = xor(block, mask(hashes.maskHash, seed, block.length))
  const maskedSeed = xor(seed, mask(hashes.maskHash, maskedBlock, size))
  return concat(Uint8Array.of(0), maskedSeed, maskedBlock)
}

/** The data of an encoded message. */
export const decodeOaep = (hashes: OaepHashes, encoded: Bytes): Bytes => {
  const labelHash = digest(hashes.hash, hashes.label)
  const size = labelHash.length
  if (encoded.length < 2 * size + 2) return fail('bad_seal', 'the key refused the data')
  const maskedSeed = encoded.subarray(1, 1 + size)
  const maskedBlock = encoded.subarray(1 + size)
  const seed = xor(maskedSeed, mask(hashes.maskHash, maskedBlock, size))
  const block = xor(maskedBlock, mask(hashes.maskHash, seed, maskedBlock.length))
  let bad = encoded[0] as number
  bad |= timingSafeEqual(block.subarray(0, size), labelHash) ? 0 : 1
  let before = 1
  let start = 0
  for (let index = size; index < block.length; index += 1) {
    const byte = block[index] as number
    const isOne = Number(byte === 1)
    const isOther = Number(byte !== 0 && byte !== 1)
    start += before * isOne * (index + 1)
    bad |= before * isOther
    before &= 1 - isOne
  }
  return (bad | before) === 0 ? block.slice(start) : fail('bad_seal', 'the key refused the data')
}
