/**
 * Which of several refusals a caller is told: what a node answered says more than that another one
 * was not heard in time.
 */
import type { Refusal } from '@holdfast/base/errors'

/** The later one, unless it says only that nobody answered and the one before says more. */
export const moreTelling = (before: Refusal | undefined, later: Refusal): Refusal =>
  before !== undefined && later.code === 'unreachable' && before.code !== 'unreachable'
    ? before
    : later

/** With what happened last: the same bytes may have arrived where no answer came from. */
export const toldWith = (told: Refusal, last: Refusal): Refusal =>
  told === last ? told : { ...told, detail: `${told.detail}; asked again since: ${last.detail}` }
