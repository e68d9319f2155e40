/** The private key that signs for an account. */
import { fail } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import type { KeyMaterial } from '../key-material.ts'
import { chainCurves } from './chain-curve.ts'
import { parsePath } from './derivation-path.ts'
import { deriveExtended } from './derive-extended.ts'

const copyOf = (secret: Secret, crypto: Crypto): Secret => {
  const copy = crypto.secret(secret.length)
  secret.use((bytes) => copy.use((view) => view.set(bytes)))
  return copy
}

/**
 * 32 bytes in locked memory; the caller disposes of them. `steps` go on below the account's path
 * (Bitcoin: change and index). Without an account it is a single key itself, for raw use. Fails
 * with `wrong_curve` (the key cannot be of that chain) or `invalid_field` (a path for a single
 * key, none for a seed phrase, or one that the curve does not have).
 *
 *     using key = openAccountKey(material, account, task.steps, { crypto })
 */
export const openAccountKey = (
  material: KeyMaterial,
  account: Pick<Account, 'chain' | 'path'> | undefined,
  steps: readonly number[],
  { crypto }: { readonly crypto: Crypto },
): Secret => {
  const curve = account === undefined ? undefined : chainCurves[account.chain]
  if (material.kind !== 'bip39') {
    if (curve !== undefined && curve.kind !== material.kind) {
      return fail('wrong_curve', 'the key is on another curve than the chain')
    }
    if (account?.path !== undefined || steps.length > 0) {
      return fail('invalid_field', 'a single key has no path', 'path')
    }
    return copyOf(material.secret, crypto)
  }
  if (curve === undefined || account?.path === undefined) {
    return fail('invalid_field', 'a seed phrase signs at a path only', 'path')
  }
  const indexes = [...parsePath(account.path), ...steps]
  using extended = deriveExtended(material, { curve, indexes }, crypto)
  const key = crypto.secret(32)
  extended.use((bytes) => key.use((view) => view.set(bytes.subarray(0, 32))))
  return key
}
