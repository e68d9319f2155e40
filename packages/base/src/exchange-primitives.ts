/**
 * The few primitives under Noise and HPKE. The enclave's crypto port fulfils them as it is; the
 * client implements them on noble (packages/sdk/src/crypto).
 */
import type { Bytes } from './bytes.ts'

export type ExchangePrimitives = {
  sha256(...parts: readonly Bytes[]): Bytes
  hmacSha256(key: Bytes, ...parts: readonly Bytes[]): Bytes
  readonly x25519: {
    publicKey(privateKey: Bytes): Bytes
    /** Undefined where the result is all zero (RFC 7748 §6.1). */
    agree(input: { readonly privateKey: Bytes; readonly publicKey: Bytes }): Bytes | undefined
  }
  readonly chacha20Poly1305: {
    /** Ciphertext ‖ 16-byte tag. */
    seal(input: {
      readonly key: Bytes
      readonly nonce: Bytes
      readonly associatedData: Bytes
      readonly plaintext: Bytes
    }): Bytes
    /** Undefined where the tag does not verify. */
    open(input: {
      readonly key: Bytes
      readonly nonce: Bytes
      readonly associatedData: Bytes
      readonly ciphertext: Bytes
    }): Bytes | undefined
  }
}
