/** What an object record keeps of a key, and how an account's private key is obtained from it. */
import type { KeyKind } from '@holdfast/base/chain'
import type { Secret } from '@holdfast/base/secret'

export type Provenance = 'generated' | 'imported'

type Parts = {
  readonly kind: KeyKind
  readonly provenance: Provenance
  readonly secret: Secret
  readonly passphrase?: Secret
}

/**
 * The secret of one wallet key in locked memory. Single keys: the 32-byte scalar or seed.
 * `bip39`: the entropy (16 to 32 bytes), and the passphrase where one was imported (NFKD, UTF-8).
 */
export type KeyMaterial = Disposable & Parts

/** Takes over the secrets: disposing the material erases them. */
export const keyMaterial = (parts: Parts): KeyMaterial => ({
  ...parts,
  [Symbol.dispose]: () => {
    parts.secret[Symbol.dispose]()
    parts.passphrase?.[Symbol.dispose]()
  },
})
