/** BIP-32 on secp256k1: public derivation, for change and receiving addresses. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import { indexBytes } from './bip32.ts'
import { isHardened } from './derivation-path.ts'

export type ExtendedPublicKey = { readonly publicKey: Bytes; readonly chainCode: Bytes }

/** CKDpub, step by step. Fails with `invalid_field` for a hardened step. */
export const derivePublic = (
  parent: ExtendedPublicKey,
  steps: readonly number[],
  { crypto }: { readonly crypto: Crypto },
): ExtendedPublicKey =>
  steps.reduce<ExtendedPublicKey>(({ publicKey, chainCode }, index) => {
    if (isHardened(index)) {
      return fail('invalid_field', 'a hardened key does not derive from a public one', 'path')
    }
    const result = new Uint8Array(64)
    crypto.hmacSha512({ key: chainCode, parts: [publicKey, indexBytes(index)], result })
    const tweak = result.subarray(0, 32)
    const child = crypto.secp256k1.addPublic({ publicKey, tweak })
    if (child === undefined) return fail('bad_key', 'this index has no key')
    return { publicKey: child, chainCode: result.subarray(32) }
  }, parent)
