/** What every format of an imported key is read by. */
import type { KeyKind } from '@holdfast/base/chain'
import type { Result } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'

/** Reads the secret that `object record` keeps. The bytes are untrusted, and in locked memory. */
export type ReadSecret = (kind: KeyKind, untrusted: Uint8Array, crypto: Crypto) => Result<Secret>
