/** X25519 (RFC 7748) by libsodium. */
import type { X25519 } from '../ports/crypto.ts'
import { isZero } from './scalar.ts'
import { sodium } from './sodium.ts'

export const x25519: X25519 = {
  publicKey: (privateKey) => {
    const publicKey = new Uint8Array(32)
    sodium.crypto_scalarmult_base(publicKey, privateKey)
    return publicKey
  },
  agree: ({ privateKey, publicKey }) => {
    if (publicKey.length !== 32) return undefined
    const shared = new Uint8Array(32)
    try {
      sodium.crypto_scalarmult(shared, privateKey, publicKey)
    } catch (error) {
      // libsodium refuses points of small order, whose result would be zero.
      if (error instanceof Error && error.message.startsWith('status:')) return undefined
      throw error
    }
    return isZero(shared) ? undefined : shared
  },
}
