import { describe, expect, it } from 'vitest'
import {
  accept,
  assert,
  attempt,
  type ErrorCode,
  errorTable,
  fail,
  RefusalError,
  refuse,
  toProblem,
} from './errors.ts'

describe('the error table', () => {
  it('gives every code a client or server status, a KMIP reason and a sentence', () => {
    for (const [code, entry] of Object.entries(errorTable)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(entry.status, code).toBeGreaterThanOrEqual(400)
      expect(entry.status, code).toBeLessThan(600)
      expect(entry.kmip, code).toMatch(/^([A-Z][a-z]+)+$/)
      expect(entry.title, code).toMatch(/^[A-Z].*[a-z]$/)
    }
  })

  it('asks for no retry of what the caller got wrong in the request', () => {
    for (const [code, { status, retry }] of Object.entries(errorTable)) {
      if ([400, 413, 422].includes(status)) expect(retry, code).toBe('never')
    }
  })

  it('becomes problem details (RFC 9457) with all fields, and nothing of its own invention', () => {
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const { refusal } = refuse(code, 'why', 'what')
      expect(toProblem(refusal)).toEqual({
        type: `urn:holdfast:error:${code}`,
        title: errorTable[code].title,
        status: errorTable[code].status,
        retry: errorTable[code].retry,
        code,
        detail: 'why',
        subject: 'what',
      })
    }
    expect(toProblem(refuse('unknown', 'why').refusal)).not.toHaveProperty('subject')
  })
})

describe('refusals', () => {
  it('become values in attempt, and other errors pass', () => {
    expect(attempt(() => 1)).toEqual(accept(1))
    expect(attempt(() => fail('malformed', 'why', 'what'))).toEqual(
      refuse('malformed', 'why', 'what'),
    )
    expect(() =>
      attempt(() => {
        throw new TypeError('a fault')
      }),
    ).toThrow(TypeError)
  })

  it('are errors that name their code', () => {
    expect(() => fail('expired', 'too late')).toThrow(RefusalError)
    expect(() => fail('expired', 'too late')).toThrow('expired: too late')
  })
})

it('stops at a broken invariant, and at no other time', () => {
  expect(() => assert(false, 'the sky is up')).toThrow('invariant broken: the sky is up')
  expect(() => assert(true, 'the sky is up')).not.toThrow()
  // No refusal: nothing may turn a fault of the node into an answer.
  expect(() => attempt(() => assert(false, 'x'))).toThrow('invariant')
})
