/**
 * What a tenant gave by RNG Seed (KMIP 2.1 §6.1.50): mixed into the randomness that this tenant
 * gets, never into that of others, and never in its place.
 */
import { type Bytes, concat, uintToBytes, utf8 } from '@holdfast/base/bytes'
import type { Entropy } from '../ports/entropy.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'

type Hashes = Pick<GeneralCrypto, 'hash' | 'hmac'>

const label = utf8('holdfast kmip seed v1')

export class SeedPool {
  #pool: Bytes | undefined
  #blocks = 0n

  add(seed: Bytes, { hash }: Hashes): void {
    this.#pool = hash('sha256', concat(label, this.#pool ?? new Uint8Array(32), seed))
  }

  /**
   * The node's randomness XORed with a stream out of the pool: as unpredictable as the first, as
   * the stream does not depend on it; and as the second, to who does not know the seeds.
   */
  mixedInto(entropy: Entropy, hashes: Hashes): Entropy {
    const mix = (buffer: Bytes): void => {
      for (let at = 0; at < buffer.length; at += 32) {
        const block = this.#block(hashes)
        for (let index = 0; index < block.length && at + index < buffer.length; index += 1) {
          buffer[at + index] = (buffer[at + index] as number) ^ (block[index] as number)
        }
      }
    }
    return {
      bytes: (length) => {
        const fresh = entropy.bytes(length)
        if (this.#pool !== undefined) mix(fresh)
        return fresh
      },
      fill: (buffer) => {
        entropy.fill(buffer)
        if (this.#pool !== undefined) mix(buffer)
      },
    }
  }

  #block({ hmac }: Hashes): Bytes {
    this.#blocks += 1n
    return hmac('sha256', this.#pool as Bytes, uintToBytes(this.#blocks, 8))
  }
}
