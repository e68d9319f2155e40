/** P-256 keys of the simulated platform; signing here is rare and guards nothing real. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Signer } from '@holdfast/base/x509'
import { p256 } from '@noble/curves/nist.js'

export type Entropy = (length: number) => Bytes

/** A private key from entropy alone: 48 bytes reduced into the group order (FIPS 186-5 A.2.1). */
export const generateP256 = (entropy: Entropy): Bytes => p256.keygen(entropy(48)).secretKey

/** The uncompressed point, 65 bytes. */
export const p256Point = (secretKey: Bytes): Bytes => p256.getPublicKey(secretKey, false)

/** A signer of r ‖ s over SHA-256; nonces by RFC 6979. */
export const p256Signer =
  (secretKey: Bytes): Signer =>
  (message) =>
    p256.sign(message, secretKey, { lowS: false })
