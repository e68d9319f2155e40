/** BIP-32 on secp256k1: private derivation in locked memory. */
import type { Bytes } from '@holdfast/base/bytes'
import { utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { isHardened } from './derivation-path.ts'

/** Private key ‖ chain code, 64 bytes: one slot of locked memory. */
export type ExtendedPrivateKey = Secret

export const indexBytes = (index: number): Bytes => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index)
  return bytes
}

const zero = Uint8Array.of(0)

/** BIP-32 §Master key generation. Fails with `bad_key` at odds of 2^-127. */
export const masterKey = (seed: Bytes, crypto: Crypto): ExtendedPrivateKey => {
  const key = crypto.secret(64)
  const valid = key.use((result) => {
    crypto.hmacSha512({ key: utf8('Bitcoin seed'), parts: [seed], result })
    return crypto.secp256k1.isPrivateKey(result.subarray(0, 32))
  })
  if (valid) return key
  key[Symbol.dispose]()
  return fail('bad_key', 'the seed gives no master key')
}

/** CKDpriv. Fails with `bad_key` at odds of 2^-127, where BIP-32 says to take the next index. */
export const childPrivateKey = (
  parent: ExtendedPrivateKey,
  index: number,
  crypto: Crypto,
): ExtendedPrivateKey => {
  const child = crypto.secret(64)
  const valid = parent.use((extended) =>
    child.use((result) => {
      const privateKey = extended.subarray(0, 32)
      const parts = isHardened(index)
        ? [zero, privateKey, indexBytes(index)]
        : [crypto.secp256k1.publicKey(privateKey), indexBytes(index)]
      crypto.hmacSha512({ key: extended.subarray(32), parts, result })
      const tweak = result.subarray(0, 32)
      return crypto.secp256k1.addPrivate({ privateKey, tweak, result: tweak })
    }),
  )
  if (valid) return child
  child[Symbol.dispose]()
  return fail('bad_key', 'this index has no key')
}
