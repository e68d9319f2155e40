/** Hashes by libsodium; Keccak-256 and RIPEMD-160 by hash-wasm. */
import type { Bytes } from '@holdfast/base/bytes'
import { createKeccak, createRIPEMD160 } from 'hash-wasm'
import type { Crypto } from '../ports/crypto.ts'
import type { Arena } from './arena.ts'
import { sodium } from './sodium.ts'

export type Hashes = Pick<Crypto, 'sha256' | 'sha512' | 'keccak256' | 'ripemd160'>

/** The hashers are made once, here, because only their creation is asynchronous. */
export const createHashes = async (arena: Arena): Promise<Hashes> => {
  const keccak = await createKeccak(256)
  const ripemd = await createRIPEMD160()
  // In locked memory: a state holds the last block of what it hashed, and that may be a key.
  const state256 = arena.take(sodium.crypto_hash_sha256_STATEBYTES)
  const state512 = arena.take(sodium.crypto_hash_sha512_STATEBYTES)
  return {
    sha256: (...parts: readonly Bytes[]) => {
      const digest = new Uint8Array(32)
      const [first] = parts
      if (parts.length === 1 && first !== undefined) {
        sodium.crypto_hash_sha256(digest, first)
        return digest
      }
      sodium.crypto_hash_sha256_init(state256)
      for (const part of parts) sodium.crypto_hash_sha256_update(state256, part)
      sodium.crypto_hash_sha256_final(state256, digest)
      return digest
    },
    sha512: (...parts: readonly Bytes[]) => {
      const digest = new Uint8Array(64)
      sodium.crypto_hash_sha512_init(state512)
      for (const part of parts) sodium.crypto_hash_sha512_update(state512, part)
      sodium.crypto_hash_sha512_final(state512, digest)
      return digest
    },
    keccak256: (...parts: readonly Bytes[]) => {
      keccak.init()
      for (const part of parts) keccak.update(part)
      return keccak.digest('binary')
    },
    ripemd160: (bytes: Bytes) => ripemd.init().update(bytes).digest('binary'),
  }
}
