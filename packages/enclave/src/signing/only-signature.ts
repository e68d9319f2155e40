/** The one signature of a payload that asks for one. */
import { assert } from '@holdfast/base/errors'
import type { TaskSignature } from './chain-signer.ts'

export const onlySignature = (signatures: readonly TaskSignature[]): TaskSignature => {
  const [first, ...more] = signatures
  assert(first !== undefined && more.length === 0, 'one task has one signature')
  return first
}
