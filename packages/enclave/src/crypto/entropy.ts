/** The system's random bytes. */
import type { Entropy } from '../ports/entropy.ts'
import { sodium } from './sodium.ts'

/** libsodium reads getrandom(2) on Linux; it aborts the process rather than return weak bytes. */
export const createEntropy = (): Entropy => ({
  bytes: (length) => {
    const bytes = new Uint8Array(length)
    sodium.randombytes_buf(bytes)
    return bytes
  },
  fill: (buffer) => sodium.randombytes_buf(buffer),
})
