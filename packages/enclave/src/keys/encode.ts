/**
 * Key material as the object record keeps it, one fixed layout:
 *
 *     1 form ‖ 1 kind ‖ 1 provenance ‖ 1 secret length ‖ 2 passphrase length ‖ secret ‖ passphrase
 */
import type { Bytes } from '@holdfast/base/bytes'
import { type KeyKind, keyKinds } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../ports/crypto.ts'
import { type KeyMaterial, keyMaterial, type Provenance } from './key-material.ts'
import { passphraseBytesMax } from './limits.ts'

const form = 1
const headerBytes = 6
/** A kind keeps its number for good: the records outlive the program. */
const kindNumbers: Readonly<Record<KeyKind, number>> = {
  secp256k1: 1,
  ed25519: 2,
  p256: 3,
  bip39: 4,
}
const provenanceNumbers: Readonly<Record<Provenance, number>> = { generated: 1, imported: 2 }
const provenances = ['generated', 'imported'] as const
const entropyLengths: readonly number[] = [16, 20, 24, 28, 32]

/** In locked memory; the caller disposes of it. */
export const encodeKeyMaterial = (material: KeyMaterial, crypto: Crypto): Secret => {
  const { kind, provenance, secret, passphrase } = material
  const passphraseBytes = passphrase?.length ?? 0
  const encoded = crypto.secret(headerBytes + secret.length + passphraseBytes)
  encoded.use((bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    view.setUint8(0, form)
    view.setUint8(1, kindNumbers[kind])
    view.setUint8(2, provenanceNumbers[provenance])
    view.setUint8(3, secret.length)
    view.setUint16(4, passphraseBytes)
    secret.use((source) => bytes.set(source, headerBytes))
    passphrase?.use((source) => bytes.set(source, headerBytes + secret.length))
  })
  return encoded
}

const copyOf = (bytes: Bytes, crypto: Crypto): Secret => {
  const secret = crypto.secret(bytes.length)
  secret.use((view) => view.set(bytes))
  return secret
}

const malformed = (): never => fail('malformed', 'not the encoding of a key')

/**
 * Back into locked memory; clears `encoded` whatever comes of it. The record was sealed, so that
 * anything wrong is a fault: fails with `malformed`.
 */
export const decodeKeyMaterial = (encoded: Bytes, crypto: Crypto): KeyMaterial => {
  try {
    if (encoded.length < headerBytes) return malformed()
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength)
    const kind = keyKinds.find((one) => kindNumbers[one] === view.getUint8(1))
    const provenance = provenances.find((one) => provenanceNumbers[one] === view.getUint8(2))
    if (view.getUint8(0) !== form || kind === undefined || provenance === undefined) {
      return malformed()
    }
    const secretBytes = view.getUint8(3)
    const passphraseBytes = view.getUint16(4)
    const lengths = kind === 'bip39' ? entropyLengths : [32]
    const fits =
      lengths.includes(secretBytes) &&
      passphraseBytes <= (kind === 'bip39' ? passphraseBytesMax : 0) &&
      encoded.length === headerBytes + secretBytes + passphraseBytes
    if (!fits) return malformed()
    const end = headerBytes + secretBytes
    return keyMaterial({
      kind,
      provenance,
      secret: copyOf(encoded.subarray(headerBytes, end), crypto),
      ...(passphraseBytes === 0 ? {} : { passphrase: copyOf(encoded.subarray(end), crypto) }),
    })
  } finally {
    encoded.fill(0)
  }
}
