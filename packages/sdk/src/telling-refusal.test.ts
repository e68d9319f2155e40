import { type ErrorCode, type Refusal } from '@holdfast/base/errors'
import { expect, it } from 'vitest'
import { moreTelling } from './telling-refusal.ts'

const of = (code: ErrorCode): Refusal => ({ code, detail: code })

it.each([
  ['not_ready', 'unreachable', 'not_ready'],
  ['not_ready', 'session_expired', 'not_ready'],
  ['session_expired', 'unreachable', 'unreachable'],
  ['unreachable', 'not_ready', 'not_ready'],
  ['not_ready', 'policy_denied', 'policy_denied'],
] as const)('of %s and then %s a caller is told %s', (before, later, told) => {
  expect(moreTelling(of(before), of(later)).code).toBe(told)
})
