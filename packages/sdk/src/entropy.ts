/** Random bytes of the runtime; `globalThis.crypto` is the same in Node and in browsers. */
import type { Bytes } from '@holdfast/base/bytes'

export const randomBytes = (length: number): Bytes =>
  globalThis.crypto.getRandomValues(new Uint8Array(length))
