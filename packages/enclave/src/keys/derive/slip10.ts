/** SLIP-10 on Ed25519: hardened steps only, every 32 bytes are a key. */
import type { Bytes } from '@holdfast/base/bytes'
import { utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import { type ExtendedPrivateKey, indexBytes } from './bip32.ts'
import { isHardened } from './derivation-path.ts'

const zero = Uint8Array.of(0)

export const masterSeed = (seed: Bytes, crypto: Crypto): ExtendedPrivateKey => {
  const key = crypto.secret(64)
  key.use((result) => {
    crypto.hmacSha512({ key: utf8('ed25519 seed'), parts: [seed], result })
  })
  return key
}

/** Fails with `invalid_field` for a step that is not hardened: Ed25519 has no such child. */
export const childSeed = (
  parent: ExtendedPrivateKey,
  index: number,
  crypto: Crypto,
): ExtendedPrivateKey => {
  if (!isHardened(index)) {
    return fail('invalid_field', 'on Ed25519 every step of a path is hardened', 'path')
  }
  const child = crypto.secret(64)
  parent.use((extended) =>
    child.use((result) => {
      const parts = [zero, extended.subarray(0, 32), indexBytes(index)]
      crypto.hmacSha512({ key: extended.subarray(32), parts, result })
    }),
  )
  return child
}
