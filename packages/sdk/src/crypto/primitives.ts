/** The client's primitives for Noise and HPKE, on noble: they run wherever JavaScript does. */
import { concat } from '@holdfast/base/bytes'
import type { ExchangePrimitives } from '@holdfast/base/exchange-primitives'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

const tagBytes = 16

/**
 * V8 keeps arrays of up to 64 bytes in its own heap, and moves them out of it when a view of them
 * is made, as the cipher does: the plaintext then stays behind, where nothing can erase it.
 */
const outsideHeap = (length: number): Uint8Array => new Uint8Array(new ArrayBuffer(length))

export const primitives: ExchangePrimitives = {
  sha256: (...parts) => sha256(concat(...parts)),
  hmacSha256: (key, ...parts) => hmac(sha256, key, concat(...parts)),
  x25519: {
    publicKey: (privateKey) => x25519.getPublicKey(privateKey),
    agree: ({ privateKey, publicKey }) => {
      // noble throws for points of small order, as RFC 7748 §6.1 allows.
      try {
        return x25519.getSharedSecret(privateKey, publicKey)
      } catch {
        return undefined
      }
    },
  },
  chacha20Poly1305: {
    seal: ({ key, nonce, associatedData, plaintext }) =>
      chacha20poly1305(key, nonce, associatedData).encrypt(
        plaintext,
        outsideHeap(plaintext.length + tagBytes),
      ),
    open: ({ key, nonce, associatedData, ciphertext }) => {
      try {
        return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext)
      } catch {
        return undefined
      }
    },
  },
}
