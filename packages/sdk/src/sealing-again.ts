/** Secrets are sealed anew, in a new request, where their enclave has another identity by now. */
import { RefusalError } from '@holdfast/base/errors'
import { sealAgainMax } from './limits.ts'

const isRenewed = (error: unknown): boolean =>
  error instanceof RefusalError && error.refusal.code === 'identity_renewed'

/** `forget` lets the next try verify the enclave again. Nothing was made of the bytes before. */
export const sealingAgain = async <Answer>(
  work: () => Promise<Answer>,
  forget: () => void,
): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === sealAgainMax || !isRenewed(error)) throw error
      forget()
    }
  }
}
