/** A seed phrase's extended private key at a path. */
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { seedOf } from '../bip39/seed.ts'
import type { KeyMaterial } from '../key-material.ts'
import type { ExtendedPrivateKey } from './bip32.ts'
import type { ChainCurve } from './chain-curve.ts'

/** Intermediate keys are erased on the way. The caller disposes of the result. */
export const deriveExtended = (
  material: KeyMaterial,
  input: { readonly curve: ChainCurve; readonly indexes: readonly number[] },
  crypto: Crypto,
): ExtendedPrivateKey => {
  using seed: Secret = seedOf(material, crypto)
  let key = seed.use((bytes) => input.curve.master(bytes, crypto))
  for (const index of input.indexes) {
    using parent = key
    key = input.curve.child(parent, index, crypto)
  }
  return key
}
