/** Runs a read; a store that does not answer is a refusal, not a fault of this node. */
import { fail } from '@holdfast/base/errors'
import { StoreUnavailable } from '../ports/store.ts'

export const reading = async <Value>(action: () => Promise<Value>): Promise<Value> => {
  try {
    return await action()
  } catch (error) {
    if (error instanceof StoreUnavailable) return fail('store_failed', 'the store does not answer')
    throw error
  }
}
