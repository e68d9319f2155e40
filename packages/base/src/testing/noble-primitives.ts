/** The primitives under Noise and HPKE on noble, for the tests of this package. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat } from '../bytes.ts'
import type { ExchangePrimitives } from '../exchange-primitives.ts'

const orUndefined = <Value>(action: () => Value): Value | undefined => {
  try {
    return action()
  } catch {
    return undefined
  }
}

export const primitives: ExchangePrimitives = {
  sha256: (...parts) => sha256(concat(...parts)),
  hmacSha256: (key, ...parts) => hmac(sha256, key, concat(...parts)),
  x25519: {
    publicKey: (privateKey) => x25519.getPublicKey(privateKey),
    agree: ({ privateKey, publicKey }) =>
      orUndefined(() => x25519.getSharedSecret(privateKey, publicKey)),
  },
  chacha20Poly1305: {
    seal: ({ key, nonce, associatedData, plaintext }) =>
      chacha20poly1305(key, nonce, associatedData).encrypt(plaintext),
    open: ({ key, nonce, associatedData, ciphertext }) =>
      orUndefined(() => chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext)),
  },
}
