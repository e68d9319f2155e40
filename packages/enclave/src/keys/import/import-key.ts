/** Keys that their owner brings: one reader a format. */
import type { KeyKind } from '@holdfast/base/chain'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ImportFormat } from '@holdfast/base/requests/wallet-create'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { type KeyMaterial, keyMaterial } from '../key-material.ts'
import { readMnemonic } from './mnemonic.ts'
import { normalisePassphrase } from './passphrase.ts'
import { readPkcs8 } from './pkcs8.ts'
import { readRaw } from './raw.ts'
import type { ReadSecret } from './read-secret.ts'
import { readWif } from './wif.ts'

const readers: Readonly<Record<ImportFormat, ReadSecret>> = {
  raw: readRaw,
  wif: readWif,
  mnemonic: readMnemonic,
  pkcs8: readPkcs8,
}

/**
 * Both secrets stay the caller's, who disposes of them and of the result. Refusals:
 * `bad_checksum`; `bad_key` (no scalar of the curve, or not of this format); `wrong_curve` (the
 * format or the file is of another kind of key); `unsupported`; `malformed` (DER);
 * `invalid_field` (a passphrase for a key that has none, or not UTF-8); `too_large`.
 *
 *     const imported = importKey({ kind: 'secp256k1', format: 'wif', secret }, { crypto })
 */
export const importKey = (
  input: {
    readonly kind: KeyKind
    readonly format: ImportFormat
    readonly secret: Secret
    readonly passphrase?: Secret
  },
  { crypto }: { readonly crypto: Crypto },
): Result<KeyMaterial> => {
  const { kind, format } = input
  if (input.passphrase !== undefined && kind !== 'bip39') {
    return refuse('invalid_field', 'only seed phrases have a passphrase', 'passphrase')
  }
  const passphrase = normalisePassphrase(input.passphrase, crypto)
  if (!passphrase.ok) return passphrase
  const secret = input.secret.use((bytes) => readers[format](kind, bytes, crypto))
  if (!secret.ok) {
    passphrase.value?.[Symbol.dispose]()
    return secret
  }
  return accept(
    keyMaterial({
      kind,
      provenance: 'imported',
      secret: secret.value,
      ...(passphrase.value === undefined ? {} : { passphrase: passphrase.value }),
    }),
  )
}
