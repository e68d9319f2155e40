/** The two AEADs (RFC 8439; draft-irtf-cfrg-xchacha-03) by libsodium. */
import { outsideHeap } from '@holdfast/base/secret-map'
import type { Aead } from '../ports/crypto.ts'
import { sodium } from './sodium.ts'

const tagBytes = 16

type Pair = {
  readonly encrypt: typeof sodium.crypto_aead_chacha20poly1305_ietf_encrypt
  readonly decrypt: typeof sodium.crypto_aead_chacha20poly1305_ietf_decrypt
}

const aead = ({ encrypt, decrypt }: Pair): Aead => ({
  seal: ({ key, nonce, associatedData, plaintext }) => {
    const ciphertext = new Uint8Array(plaintext.length + tagBytes)
    encrypt(ciphertext, plaintext, associatedData, null, nonce, key)
    return ciphertext
  },
  open: ({ key, nonce, associatedData, ciphertext, result }) => {
    if (ciphertext.length < tagBytes) return undefined
    const plaintext = result ?? outsideHeap(ciphertext.length - tagBytes)
    try {
      decrypt(plaintext, null, ciphertext, associatedData, nonce, key)
    } catch (error) {
      // Wrong lengths are faults of the caller (AssertionError), not of the ciphertext.
      if (error instanceof Error && error.message === 'could not verify data') return undefined
      throw error
    }
    return plaintext
  },
})

export const xchacha20Poly1305: Aead = aead({
  encrypt: sodium.crypto_aead_xchacha20poly1305_ietf_encrypt,
  decrypt: sodium.crypto_aead_xchacha20poly1305_ietf_decrypt,
})

export const chacha20Poly1305: Aead = aead({
  encrypt: sodium.crypto_aead_chacha20poly1305_ietf_encrypt,
  decrypt: sodium.crypto_aead_chacha20poly1305_ietf_decrypt,
})
