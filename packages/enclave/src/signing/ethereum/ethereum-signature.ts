/** Ethereum's signatures over messages: r ‖ s ‖ v, v 27 or 28. */

import type { Signed } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { TaskSignature } from '../chain-signer.ts'
import { onlySignature } from '../only-signature.ts'

/** Recovery ids 2 and 3 mean r ≥ n, which Ethereum cannot express and no one will meet. */
export const yParityOf = ({ recovery }: TaskSignature): 0 | 1 => {
  assert(recovery === 0 || recovery === 1, 'an Ethereum signature has a parity')
  return recovery
}

export const ethereumSignature = (signatures: readonly TaskSignature[]): Signed => {
  const signature = onlySignature(signatures)
  const v = (27 + yParityOf(signature)).toString(16)
  return { kind: 'ethereum.signature', signature: toHex(signature.signature) + v }
}
