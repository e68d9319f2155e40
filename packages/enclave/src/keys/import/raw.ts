/** Raw bytes: a scalar, a seed of Ed25519, or the entropy of a seed phrase. */
import { equalBytes } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import type { ReadSecret } from './read-secret.ts'
import { singleKey } from './single-key.ts'

const entropyLengths: readonly number[] = [16, 20, 24, 28, 32]

export const readRaw: ReadSecret = (kind, untrusted, crypto) => {
  if (kind === 'bip39') {
    if (!entropyLengths.includes(untrusted.length)) {
      return refuse('bad_key', 'the entropy of a seed phrase has 16, 20, 24, 28 or 32 bytes')
    }
    const secret = crypto.secret(untrusted.length)
    secret.use((view) => view.set(untrusted))
    return accept(secret)
  }
  // Solana's tools write seed ‖ public key; the second half is a check.
  if (kind === 'ed25519' && untrusted.length === 64) {
    const seed = untrusted.subarray(0, 32)
    if (!equalBytes(crypto.ed25519.publicKey(seed), untrusted.subarray(32))) {
      return refuse('bad_checksum', 'the public half is not of this seed')
    }
    return singleKey(kind, seed, crypto)
  }
  return singleKey(kind, untrusted, crypto)
}
