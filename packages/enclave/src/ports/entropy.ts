/** Entropy as a port: the simulation replaces it by a seeded stream. */
import type { Bytes } from '@holdfast/base/bytes'

export type Entropy = {
  /** Fresh random bytes. */
  bytes(length: number): Bytes
  /** Fills a buffer of locked memory with random bytes. */
  fill(buffer: Bytes): void
}
