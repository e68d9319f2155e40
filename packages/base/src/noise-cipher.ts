/** Noise's CipherState for ChaChaPoly (Noise rev 34 §5.1, §12.3). */
import type { Bytes } from './bytes.ts'
import { accept, type Result, refuse } from './errors.ts'
import type { ExchangePrimitives } from './exchange-primitives.ts'

/** One direction of a channel. A frame opens at its own place in the order, or not at all. */
export type NoiseCipher = Disposable & {
  /** Frames so far; the next one's nonce. */
  readonly counter: bigint
  /** Refusals: `limit_reached` when the nonces are used up, `bad_seal` after disposal. */
  seal(plaintext: Bytes, associatedData?: Bytes): Result<Bytes>
  /**
   * Refusals: `bad_seal` for a frame that was changed, repeated, reordered, left out before, or of
   * the other direction; the counter stays, so that an attacker cannot push it.
   */
  open(untrustedCiphertext: Bytes, associatedData?: Bytes): Result<Bytes>
}

/** §5.1: the nonce 2^64 − 1 is reserved. */
const nonceMax = 2n ** 64n - 1n
const none: Bytes = new Uint8Array(0)

/** Takes over `key` and clears it on disposal. `start` is for tests of the end of the nonces. */
export const createNoiseCipher = (
  primitives: Pick<ExchangePrimitives, 'chacha20Poly1305'>,
  key: Bytes,
  start = 0n,
): NoiseCipher => {
  const { chacha20Poly1305 } = primitives
  /** 32 zero bits, then the counter, little-endian (§12.3); used by one call at a time. */
  const nonce = new Uint8Array(12)
  const nonceView = new DataView(nonce.buffer)
  let counter = start
  let open = true
  const usable = (): Result<undefined> => {
    if (!open) return refuse('bad_seal', 'the channel is closed')
    if (counter >= nonceMax) return refuse('limit_reached', 'the channel has no nonce left')
    return accept(undefined)
  }
  return {
    get counter() {
      return counter
    },
    seal: (plaintext, associatedData = none) => {
      const state = usable()
      if (!state.ok) return state
      nonceView.setBigUint64(4, counter, true)
      counter += 1n
      return accept(chacha20Poly1305.seal({ key, nonce, associatedData, plaintext }))
    },
    open: (ciphertext, associatedData = none) => {
      const state = usable()
      if (!state.ok) return state
      nonceView.setBigUint64(4, counter, true)
      const plaintext = chacha20Poly1305.open({ key, nonce, associatedData, ciphertext })
      if (plaintext === undefined) {
        return refuse('bad_seal', 'a frame is not the next one of this channel')
      }
      counter += 1n
      return accept(plaintext)
    },
    [Symbol.dispose]: () => {
      open = false
      key.fill(0)
    },
  }
}
