/**
 * Which of several refusals a caller is told: what a node answered says more than that another one
 * was not heard in time, or that the session in between ended.
 */
import type { Refusal } from '@holdfast/base/errors'
import { nextStep } from './retry.ts'

const saysOfRequest = ({ code }: Refusal): boolean =>
  code !== 'unreachable' && nextStep(code) !== 'new-session'

/** The later one, unless it says nothing of the request and the one before does. */
export const moreTelling = (before: Refusal | undefined, later: Refusal): Refusal =>
  before !== undefined && saysOfRequest(before) && !saysOfRequest(later) ? before : later

/** With what happened last: the same bytes may have arrived where no answer came from. */
export const toldWith = (told: Refusal, last: Refusal): Refusal =>
  told === last ? told : { ...told, detail: `${told.detail}; asked again since: ${last.detail}` }
