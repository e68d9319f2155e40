/**
 * Cryptography as a port: synchronous, without entropy of its own, so that the core is
 * deterministic. Private keys are byte views that `Secret.use` lends; nothing here keeps them.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { Secret } from '@holdfast/base/secret'
import type { Opaque } from './opaque.ts'

export type AeadInput = {
  readonly key: Bytes
  readonly nonce: Bytes
  readonly associatedData: Bytes
}

export type Aead = {
  /** Ciphertext ‖ 16-byte tag. */
  seal(input: AeadInput & { readonly plaintext: Bytes }): Bytes
  /**
   * Undefined where the tag does not verify. Into `result` where it is given (16 bytes shorter
   * than the ciphertext), so that an opened secret is never outside locked memory.
   */
  open(
    input: AeadInput & { readonly ciphertext: Bytes; readonly result?: Bytes },
  ): Bytes | undefined
}

export type RecoverableSignature = {
  /** r ‖ s, 64 bytes, s in the lower half. */
  readonly signature: Bytes
  readonly recovery: 0 | 1 | 2 | 3
}

/** Curve of Bitcoin and Ethereum. Private keys 32 bytes; public keys 33 bytes, compressed. */
export type Secp256k1 = {
  /**
   * Which library does it: `libsecp256k1 (koffi, libsecp256k1.so.1.0.0)` or
   * `libsecp256k1 (WebAssembly, tiny-secp256k1 2.2.4)`.
   */
  readonly backend: string
  isPrivateKey(privateKey: Bytes): boolean
  /** The compressed form of a point in either form; undefined for bytes that are no point. */
  parsePublicKey(publicKey: Bytes): Bytes | undefined
  uncompressed(publicKey: Bytes): Bytes
  publicKey(privateKey: Bytes): Bytes
  /** RFC 6979 with SHA-256, low S; with the recovery id. The digest is 32 bytes. */
  sign(input: { readonly digest: Bytes; readonly privateKey: Bytes }): RecoverableSignature
  /** Refuses a signature whose s is in the upper half (BIP-146). */
  verify(input: {
    readonly digest: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
  /** BIP-340; `auxiliary` is 32 bytes. */
  signSchnorr(input: {
    readonly digest: Bytes
    readonly privateKey: Bytes
    readonly auxiliary: Bytes
  }): Bytes
  /** `publicKey` is 32 bytes, x-only. */
  verifySchnorr(input: {
    readonly digest: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
  /** (privateKey + tweak) mod n into `result`, 32 bytes; false where that is zero or tweak ≥ n. */
  addPrivate(input: {
    readonly privateKey: Bytes
    readonly tweak: Bytes
    readonly result: Bytes
  }): boolean
  /** −privateKey mod n into `result`: BIP-341 needs the key of the even point. */
  negatePrivate(input: { readonly privateKey: Bytes; readonly result: Bytes }): void
  /** publicKey + tweak·G, compressed; undefined where that is no point. */
  addPublic(input: { readonly publicKey: Bytes; readonly tweak: Bytes }): Bytes | undefined
}

/** Ed25519 (RFC 8032). Private keys are 32-byte seeds. */
export type Ed25519 = {
  publicKey(privateKey: Bytes): Bytes
  sign(input: { readonly message: Bytes; readonly privateKey: Bytes }): Bytes
  verify(input: {
    readonly message: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
}

/**
 * NIST P-256. Private keys 32 bytes; public keys 33 bytes, compressed; signatures r ‖ s. Signing
 * is deterministic (RFC 6979 with SHA-256) with low S; verifying takes either half, as passkeys
 * and TLS give both. Digests are 32 bytes (crypto/ecdsa-digest.ts makes them of others).
 */
export type P256 = {
  isPrivateKey(privateKey: Bytes): boolean
  /** The compressed form of a point in either form; undefined for bytes that are no point. */
  parsePublicKey(publicKey: Bytes): Bytes | undefined
  publicKey(privateKey: Bytes): Bytes
  uncompressed(publicKey: Bytes): Bytes
  /** Over the SHA-256 of the message. */
  sign(input: { readonly message: Bytes; readonly privateKey: Bytes }): Bytes
  signDigest(input: { readonly digest: Bytes; readonly privateKey: Bytes }): Bytes
  /** Keeps a bounded cache of imported public keys (FACTS: 81 µs kept, 155 µs imported). */
  verify(input: {
    readonly message: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
  verifyDigest(input: {
    readonly digest: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
}

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2). Public keys: SPKI in DER, 2048 to 4096 bits. */
export type Rs256 = {
  isPublicKey(publicKey: Bytes): boolean
  verify(input: {
    readonly message: Bytes
    readonly signature: Bytes
    readonly publicKey: Bytes
  }): boolean
}

export type X25519 = {
  publicKey(privateKey: Bytes): Bytes
  /** Undefined where the result is all zero (RFC 7748 §6.1). */
  agree(input: { readonly privateKey: Bytes; readonly publicKey: Bytes }): Bytes | undefined
}

export type Crypto = {
  sha256(...parts: readonly Bytes[]): Bytes
  sha512(...parts: readonly Bytes[]): Bytes
  keccak256(...parts: readonly Bytes[]): Bytes
  ripemd160(bytes: Bytes): Bytes
  hmacSha256(key: Bytes, ...parts: readonly Bytes[]): Bytes
  /** Into `result` (64 bytes) where it is given, so that derived keys stay in locked memory. */
  hmacSha512(input: {
    readonly key: Bytes
    readonly parts: readonly Bytes[]
    readonly result: Bytes
  }): void
  /** RFC 5869 with SHA-256. */
  hkdfSha256(input: {
    readonly key: Bytes
    readonly salt: Bytes
    readonly info: Bytes
    readonly length: number
  }): Bytes
  /** PBKDF2-HMAC-SHA512 into `result`: BIP-39 seeds. */
  pbkdf2Sha512(input: {
    readonly password: Bytes
    readonly salt: Bytes
    readonly rounds: number
    readonly result: Bytes
  }): void
  /** Nonce of 24 bytes: sealed records. */
  readonly xchacha20Poly1305: Aead
  /** Nonce of 12 bytes: sealed sessions and HPKE. */
  readonly chacha20Poly1305: Aead
  readonly secp256k1: Secp256k1
  readonly ed25519: Ed25519
  readonly p256: P256
  /** Passkeys of authenticators that have no other. */
  readonly rs256: Rs256
  readonly opaque: Opaque
  readonly x25519: X25519
  /**
   * A zeroed view of locked memory, 16 KiB at most; disposing it erases and returns it. Throws a
   * `RefusalError` (`limit_reached`) when none is left.
   */
  secret(length: number): Secret
  /** Moves bytes into locked memory and clears where they were. */
  secretFrom(bytes: Bytes): Secret
  /** How much of the arena is used, and whether the system really locked it. */
  arena(): { readonly slots: number; readonly used: number; readonly locked: boolean }
}
