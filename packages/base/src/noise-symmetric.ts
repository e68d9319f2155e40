/** Noise's SymmetricState with SHA-256 (Noise rev 34 §5.2) and its HKDF (§4.3). */
import { type Bytes, concat, utf8 } from './bytes.ts'
import { accept, type Result } from './errors.ts'
import type { ExchangePrimitives } from './exchange-primitives.ts'
import { createNoiseCipher, type NoiseCipher } from './noise-cipher.ts'

export type NoiseSymmetric = {
  mixHash(data: Bytes): void
  mixKey(inputKeyMaterial: Bytes): void
  encryptAndHash(plaintext: Bytes): Result<Bytes>
  decryptAndHash(untrustedCiphertext: Bytes): Result<Bytes>
  handshakeHash(): Bytes
  /** The two transport keys; the state is erased. */
  split(): readonly [NoiseCipher, NoiseCipher]
}

const none: Bytes = new Uint8Array(0)

export const createNoiseSymmetric = (
  primitives: ExchangePrimitives,
  protocolName: string,
): NoiseSymmetric => {
  const name = utf8(protocolName)
  let hash =
    name.length <= 32 ? concat(name, new Uint8Array(32 - name.length)) : primitives.sha256(name)
  let chainingKey: Bytes = hash.slice()
  let cipher: NoiseCipher | undefined

  /** HKDF with two outputs: an extract, then two expands without info. */
  const derive = (inputKeyMaterial: Bytes): readonly [Bytes, Bytes] => {
    const extracted = primitives.hmacSha256(chainingKey, inputKeyMaterial)
    const first = primitives.hmacSha256(extracted, Uint8Array.of(1))
    const second = primitives.hmacSha256(extracted, first, Uint8Array.of(2))
    extracted.fill(0)
    chainingKey.fill(0)
    return [first, second]
  }
  const mixHash = (data: Bytes): void => {
    hash = primitives.sha256(hash, data)
  }
  return {
    mixHash,
    mixKey: (inputKeyMaterial) => {
      const [next, key] = derive(inputKeyMaterial)
      chainingKey = next
      cipher?.[Symbol.dispose]()
      cipher = createNoiseCipher(primitives, key)
    },
    encryptAndHash: (plaintext) => {
      const sealed = cipher === undefined ? accept(plaintext) : cipher.seal(plaintext, hash)
      if (sealed.ok) mixHash(sealed.value)
      return sealed
    },
    decryptAndHash: (ciphertext) => {
      const opened = cipher === undefined ? accept(ciphertext) : cipher.open(ciphertext, hash)
      if (opened.ok) mixHash(ciphertext)
      return opened
    },
    handshakeHash: () => hash.slice(),
    split: () => {
      const [first, second] = derive(none)
      cipher?.[Symbol.dispose]()
      return [createNoiseCipher(primitives, first), createNoiseCipher(primitives, second)]
    },
  }
}
