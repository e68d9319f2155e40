/** Entropy and passphrase → seed (BIP-39 §From mnemonic to seed). */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import type { KeyMaterial } from '../key-material.ts'
import { writePhrase } from './write-phrase.ts'

const rounds = 2048
const saltPrefix = utf8('mnemonic')

const withPassphrase = <Value>(
  passphrase: Secret | undefined,
  action: (bytes: Bytes) => Value,
): Value => (passphrase === undefined ? action(new Uint8Array(0)) : passphrase.use(action))

/** 64 bytes in locked memory; the caller disposes of it. Costs about 2 ms. */
export const seedOf = (material: KeyMaterial, crypto: Crypto): Secret => {
  assert(material.kind === 'bip39', 'only seed phrases have a seed')
  using phrase = material.secret.use((entropy) => writePhrase(entropy, crypto))
  const seed = crypto.secret(64)
  withPassphrase(material.passphrase, (passphrase) => {
    using salt = crypto.secret(saltPrefix.length + passphrase.length)
    salt.use((bytes) => {
      bytes.set(saltPrefix)
      bytes.set(passphrase, saltPrefix.length)
      phrase.use((password) =>
        seed.use((result) => crypto.pbkdf2Sha512({ password, salt: bytes, rounds, result })),
      )
    })
  })
  return seed
}
