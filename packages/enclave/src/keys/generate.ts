/** Fresh keys. */
import type { KeyKind } from '@holdfast/base/chain'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import { type KeyMaterial, keyMaterial } from './key-material.ts'

type Ports = { readonly crypto: Crypto; readonly entropy: Entropy }

/** Draws again where the bytes are no scalar of the curve (FIPS 186-5 §A.2.2). */
const scalar = (
  { crypto, entropy }: Ports,
  curve: { isPrivateKey(privateKey: Uint8Array): boolean },
): Secret => {
  const secret = crypto.secret(32)
  secret.use((bytes) => {
    do entropy.fill(bytes)
    while (!curve.isPrivateKey(bytes))
  })
  return secret
}

const random = ({ crypto, entropy }: Ports, length: number): Secret => {
  const secret = crypto.secret(length)
  secret.use((bytes) => entropy.fill(bytes))
  return secret
}

const generators: Readonly<Record<KeyKind, (ports: Ports, words: 12 | 24) => Secret>> = {
  secp256k1: (ports) => scalar(ports, ports.crypto.secp256k1),
  p256: (ports) => scalar(ports, ports.crypto.p256),
  ed25519: (ports) => random(ports, 32),
  bip39: (ports, words) => random(ports, words === 12 ? 16 : 32),
}

/**
 * A new key in locked memory; the caller disposes of it. `words` is for seed phrases only.
 *
 *     using key = generateKey({ kind: 'bip39', words: 24 }, { crypto, entropy })
 */
export const generateKey = (
  request: { readonly kind: KeyKind; readonly words?: 12 | 24 },
  ports: Ports,
): KeyMaterial =>
  keyMaterial({
    kind: request.kind,
    provenance: 'generated',
    secret: generators[request.kind](ports, request.words ?? 24),
  })
