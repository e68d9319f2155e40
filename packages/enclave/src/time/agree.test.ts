import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agree, majorityOf } from './agree.ts'

const at = (ms: number) => ({ fromMs: ms, toMs: ms })

describe('the interval of a majority', () => {
  it('is that of the one clock where there is one zone', () => {
    expect(agree(1, [at(7)])).toEqual({ earliestMs: 7, latestMs: 7 })
  })

  it('spans both clocks of two zones', () => {
    expect(agree(2, [at(7), at(900)])).toEqual({ earliestMs: 7, latestMs: 900 })
  })

  it('is not there while fewer than a majority have spoken', () => {
    expect(agree(2, [at(7)])).toBeUndefined()
    expect(agree(3, [at(7)])).toBeUndefined()
    expect(agree(5, [at(7), at(8)])).toBeUndefined()
  })

  it('is moved by no minority of wrong clocks beyond what right ones say', () => {
    const clocks = fc.integer({ min: 1, max: 9 }).chain((count) =>
      fc.record({
        right: fc.array(fc.integer({ min: 1000, max: 1010 }), {
          minLength: majorityOf(count),
          maxLength: majorityOf(count),
        }),
        wrong: fc.array(fc.integer({ min: 0, max: 1_000_000 }), {
          maxLength: count - majorityOf(count),
        }),
        count: fc.constant(count),
      }),
    )
    fc.assert(
      fc.property(clocks, ({ right, wrong, count }) => {
        const agreed = agree(count, [...wrong, ...right].map(at))
        expect(agreed?.earliestMs).toBeLessThanOrEqual(Math.max(...right))
        expect(agreed?.latestMs).toBeGreaterThanOrEqual(Math.min(...right))
        if (wrong.length < count - majorityOf(count) || right.length > wrong.length + 1) return
        // All have spoken, and less than half are wrong: the ends themselves are right ones' words.
        expect(agreed?.earliestMs).toBeGreaterThanOrEqual(Math.min(...right))
        expect(agreed?.latestMs).toBeLessThanOrEqual(Math.max(...right))
      }),
    )
  })
})
