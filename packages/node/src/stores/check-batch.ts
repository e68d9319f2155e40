/** What every store asks of a batch; anything else is a fault of this node. */
import { assert } from '@holdfast/base/errors'
import type { Batch } from '@holdfast/enclave/ports/store'
import { storeKeyLengthMax } from '../limits.ts'

export const checkBatch = (batch: Batch): void => {
  const keys = new Set(batch.writes.map(({ key }) => key))
  assert(keys.size === batch.writes.length, 'a key stands once in a batch')
  for (const key of keys) {
    assert(key.length <= storeKeyLengthMax && key.isWellFormed(), 'a key is short, sound text')
  }
}
