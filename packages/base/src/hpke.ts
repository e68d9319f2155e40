/**
 * HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * ChaCha20Poly1305. For secrets that only one enclave may read.
 */
import { type Bytes, concat, utf8 } from './bytes.ts'
import { accept, type Result, refuse } from './errors.ts'
import type { ExchangePrimitives } from './exchange-primitives.ts'

/** RFC 9180 §7: identifiers of the KEM, the KDF and the AEAD. */
const kemId = [0x00, 0x20] as const
const suiteKem = concat(utf8('KEM'), Uint8Array.from(kemId))
const suiteHpke = concat(utf8('HPKE'), Uint8Array.of(...kemId, 0x00, 0x01, 0x00, 0x03))
const version = utf8('HPKE-v1')
const none: Bytes = new Uint8Array(0)

type Primitives = ExchangePrimitives

const labeledExtract = (
  primitives: Primitives,
  input: {
    readonly suite: Bytes
    readonly salt: Bytes
    readonly label: string
    readonly key: Bytes
  },
): Bytes => primitives.hmacSha256(input.salt, version, input.suite, utf8(input.label), input.key)

/** §4: at most one block of SHA-256 is ever needed in this suite. */
const labeledExpand = (
  primitives: Primitives,
  input: {
    readonly suite: Bytes
    readonly key: Bytes
    readonly label: string
    readonly info: Bytes
    readonly length: 12 | 32
  },
): Bytes => {
  const length = Uint8Array.of(0, input.length)
  const label = utf8(input.label)
  const last = Uint8Array.of(1)
  const { key, suite, info } = input
  const block = primitives.hmacSha256(key, length, version, suite, label, info, last)
  const expanded = block.slice(0, input.length)
  block.fill(0)
  return expanded
}

/** §4.1 ExtractAndExpand over the agreed point. */
const sharedSecret = (primitives: Primitives, agreed: Bytes, context: Bytes): Bytes => {
  const suite = suiteKem
  const extracted = labeledExtract(primitives, { suite, salt: none, label: 'eae_prk', key: agreed })
  const secret = labeledExpand(primitives, {
    suite,
    key: extracted,
    label: 'shared_secret',
    info: context,
    length: 32,
  })
  extracted.fill(0)
  agreed.fill(0)
  return secret
}

/** §5.1 KeySchedule, mode_base, without a pre-shared key. */
const keySchedule = (
  primitives: Primitives,
  shared: Bytes,
  info: Bytes,
): { readonly key: Bytes; readonly nonce: Bytes } => {
  const suite = suiteHpke
  const extract = (salt: Bytes, label: string, key: Bytes): Bytes =>
    labeledExtract(primitives, { suite, salt, label, key })
  const context = concat(
    Uint8Array.of(0),
    extract(none, 'psk_id_hash', none),
    extract(none, 'info_hash', info),
  )
  const secret = extract(shared, 'secret', none)
  const expand = (label: string, length: 12 | 32): Bytes =>
    labeledExpand(primitives, { suite, key: secret, label, info: context, length })
  const schedule = { key: expand('key', 32), nonce: expand('base_nonce', 12) }
  secret.fill(0)
  shared.fill(0)
  return schedule
}

export type HpkeSealed = { readonly encapsulation: Bytes; readonly ciphertext: Bytes }

/**
 * Seals to a public key. `ephemeralPrivateKey` is 32 fresh random bytes, taken over and cleared.
 * Refusal: `bad_seal` where the public key is none.
 */
export const sealHpke = (input: {
  readonly primitives: Primitives
  readonly recipientPublicKey: Bytes
  readonly ephemeralPrivateKey: Bytes
  readonly info: Bytes
  readonly associatedData?: Bytes
  readonly plaintext: Bytes
}): Result<HpkeSealed> => {
  const { primitives, recipientPublicKey, ephemeralPrivateKey, plaintext } = input
  const encapsulation = primitives.x25519.publicKey(ephemeralPrivateKey)
  const agreed =
    recipientPublicKey.length === 32
      ? primitives.x25519.agree({
          privateKey: ephemeralPrivateKey,
          publicKey: recipientPublicKey,
        })
      : undefined
  ephemeralPrivateKey.fill(0)
  if (agreed === undefined) return refuse('bad_seal', 'the recipient has no usable public key')
  const shared = sharedSecret(primitives, agreed, concat(encapsulation, recipientPublicKey))
  const { key, nonce } = keySchedule(primitives, shared, input.info)
  const associatedData = input.associatedData ?? none
  const ciphertext = primitives.chacha20Poly1305.seal({ key, nonce, associatedData, plaintext })
  key.fill(0)
  return accept({ encapsulation, ciphertext })
}

/** Opens what was sealed to this key with the same info and associated data; `bad_seal` else. */
export const openHpke = (input: {
  readonly primitives: Primitives
  readonly recipientPrivateKey: Bytes
  readonly sealed: HpkeSealed
  readonly info: Bytes
  readonly associatedData?: Bytes
}): Result<Bytes> => {
  const { primitives, recipientPrivateKey } = input
  const { encapsulation, ciphertext } = input.sealed
  const agreed =
    encapsulation.length === 32
      ? primitives.x25519.agree({ privateKey: recipientPrivateKey, publicKey: encapsulation })
      : undefined
  if (agreed === undefined) return refuse('bad_seal', 'the encapsulated key is none')
  const own = primitives.x25519.publicKey(recipientPrivateKey)
  const shared = sharedSecret(primitives, agreed, concat(encapsulation, own))
  const { key, nonce } = keySchedule(primitives, shared, input.info)
  const associatedData = input.associatedData ?? none
  const plaintext = primitives.chacha20Poly1305.open({ key, nonce, associatedData, ciphertext })
  key.fill(0)
  if (plaintext === undefined) return refuse('bad_seal', 'a sealed value does not open')
  return accept(plaintext)
}
