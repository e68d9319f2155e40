/** Refusals that are thrown inside become values where the core answers. */
import { RefusalError, type Result } from '@holdfast/base/errors'

/** Runs work; a `RefusalError` in it becomes its result, any other error passes. */
export const refusing = async <Value>(
  work: () => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal }
    throw error
  }
}
