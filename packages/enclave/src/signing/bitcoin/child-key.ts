/** BIP-32 §Public parent key → public child key: what an account's own scripts derive from. */
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'

export type ExtendedPublicKey = { readonly publicKey: Bytes; readonly chainCode: Bytes }

/** The non-hardened child; undefined where BIP-32 says that the index has none (never met). */
export const childKey = (
  parent: ExtendedPublicKey,
  index: number,
  crypto: Crypto,
): ExtendedPublicKey | undefined => {
  assert(Number.isInteger(index) && index >= 0 && index < 2 ** 31, 'a child is not hardened')
  const suffix = new Uint8Array(4)
  new DataView(suffix.buffer).setUint32(0, index)
  const result = new Uint8Array(64)
  crypto.hmacSha512({ key: parent.chainCode, parts: [parent.publicKey, suffix], result })
  const tweak = result.subarray(0, 32)
  const publicKey = crypto.secp256k1.addPublic({ publicKey: parent.publicKey, tweak })
  return publicKey === undefined ? undefined : { publicKey, chainCode: result.subarray(32) }
}
