/** Ed25519 (RFC 8032) by libsodium. */
import type { Ed25519 } from '../ports/crypto.ts'
import type { Arena } from './arena.ts'
import { sodium } from './sodium.ts'

export const createEd25519 = (arena: Arena): Ed25519 => {
  // libsodium's secret key is seed ‖ public key. The public key is computed at every signature
  // (20 µs): a wrong one from outside would make two signatures reveal the key.
  const expanded = arena.take(64)
  const expand = (privateKey: Uint8Array): Uint8Array => {
    const publicKey = new Uint8Array(32)
    sodium.crypto_sign_seed_keypair(publicKey, expanded, privateKey)
    return publicKey
  }
  return {
    publicKey: (privateKey) => {
      const publicKey = expand(privateKey)
      expanded.fill(0)
      return publicKey
    },
    sign: ({ message, privateKey }) => {
      const signature = new Uint8Array(64)
      expand(privateKey)
      sodium.crypto_sign_detached(signature, message, expanded)
      expanded.fill(0)
      return signature
    },
    verify: ({ message, signature, publicKey }) =>
      signature.length === 64 &&
      publicKey.length === 32 &&
      sodium.crypto_sign_verify_detached(signature, message, publicKey),
  }
}
