/** The client's request-signing algorithms, on noble: Ed25519 and P-256. */
import type { Bytes } from '@holdfast/base/bytes'
import type { apiKeyAlgorithms } from '@holdfast/base/wallet'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'

export type SignatureAlgorithm = (typeof apiKeyAlgorithms)[number]

export type Signatures = {
  /** Ed25519: 32 bytes; P-256: 33 bytes, compressed. */
  publicKey(privateKey: Bytes): Bytes
  /** 64 bytes; P-256: r ‖ s over the SHA-256 of the message, low S. */
  sign(input: { readonly message: Bytes; readonly privateKey: Bytes }): Bytes
  verify(input: {
    readonly message: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
}

/** noble throws at values that cannot be read: they do not verify. */
const quietly = (verify: () => boolean): boolean => {
  try {
    return verify()
  } catch {
    return false
  }
}

export const signatures: Readonly<Record<SignatureAlgorithm, Signatures>> = {
  ed25519: {
    publicKey: (privateKey) => ed25519.getPublicKey(privateKey),
    sign: ({ message, privateKey }) => ed25519.sign(message, privateKey),
    // The strict verification of RFC 8032, as libsodium does it in the enclave.
    verify: ({ message, signature, publicKey }) =>
      quietly(() => ed25519.verify(signature, message, publicKey, { zip215: false })),
  },
  p256: {
    publicKey: (privateKey) => p256.getPublicKey(privateKey, true),
    sign: ({ message, privateKey }) => p256.sign(message, privateKey, { lowS: true }),
    verify: ({ message, signature, publicKey }) =>
      quietly(() => p256.verify(signature, message, publicKey, { lowS: false })),
  },
}
