/** The part of sodium-native that is used here; the package brings no types. */
declare module 'sodium-native' {
  type Bytes = Uint8Array
  const sodium: {
    readonly crypto_hash_sha256_STATEBYTES: number
    readonly crypto_hash_sha512_STATEBYTES: number
    sodium_malloc(size: number): Bytes
    sodium_free(buffer: Bytes): void
    sodium_memzero(buffer: Bytes): void
    randombytes_buf(buffer: Bytes): void
    crypto_hash_sha256(out: Bytes, input: Bytes): void
    crypto_hash_sha256_init(state: Bytes): void
    crypto_hash_sha256_update(state: Bytes, input: Bytes): void
    crypto_hash_sha256_final(state: Bytes, out: Bytes): void
    crypto_hash_sha512(out: Bytes, input: Bytes): void
    crypto_hash_sha512_init(state: Bytes): void
    crypto_hash_sha512_update(state: Bytes, input: Bytes): void
    crypto_hash_sha512_final(state: Bytes, out: Bytes): void
    crypto_sign_seed_keypair(publicKey: Bytes, secretKey: Bytes, seed: Bytes): void
    crypto_sign_detached(signature: Bytes, message: Bytes, secretKey: Bytes): void
    crypto_sign_verify_detached(signature: Bytes, message: Bytes, publicKey: Bytes): boolean
    crypto_scalarmult_base(result: Bytes, scalar: Bytes): void
    /** Throws where the result is all zero. */
    crypto_scalarmult(result: Bytes, scalar: Bytes, point: Bytes): void
    crypto_aead_xchacha20poly1305_ietf_encrypt: AeadEncrypt
    crypto_aead_xchacha20poly1305_ietf_decrypt: AeadDecrypt
    crypto_aead_chacha20poly1305_ietf_encrypt: AeadEncrypt
    crypto_aead_chacha20poly1305_ietf_decrypt: AeadDecrypt
    extension_pbkdf2_sha512(
      out: Bytes,
      password: Bytes,
      salt: Bytes,
      rounds: number,
      length: number,
    ): void
  }
  type AeadEncrypt = (
    ciphertext: Bytes,
    message: Bytes,
    associatedData: Bytes | null,
    secretNonce: null,
    nonce: Bytes,
    key: Bytes,
  ) => number
  /** Throws where the tag does not verify. */
  type AeadDecrypt = (
    message: Bytes,
    secretNonce: null,
    ciphertext: Bytes,
    associatedData: Bytes | null,
    nonce: Bytes,
    key: Bytes,
  ) => number
  export = sodium
}
