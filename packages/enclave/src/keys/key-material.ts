/** What an object record keeps of a key, and how an account's private key is obtained from it. */
import type { KeyKind } from '@holdfast/base/chain'
import type { Secret } from '@holdfast/base/secret'

/**
 * The secret of one wallet key in locked memory. Single keys: the 32-byte scalar or seed.
 * `bip39`: the entropy (16 to 32 bytes), and the passphrase where one was imported.
 */
export type KeyMaterial = Disposable & {
  readonly kind: KeyKind
  readonly provenance: 'generated' | 'imported'
  readonly secret: Secret
  readonly passphrase?: Secret
}
