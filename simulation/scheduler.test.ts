import { describe, expect, it } from 'vitest'
import { createRandom } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'

const runAll = async (scheduler: Scheduler): Promise<void> => {
  while (await scheduler.step());
}

describe('the scheduler', () => {
  it('lets events happen in the order of their times, equal times in the order asked', async () => {
    const scheduler = createScheduler()
    const happened: string[] = []
    const random = createRandom(1, 'order')
    const times = Array.from({ length: 200 }, () => random.below(20))
    for (const [index, ms] of times.entries()) {
      scheduler.after(ms, 'event', () => happened.push(`${ms} ${index}`))
    }
    await runAll(scheduler)
    const expected = times
      .map((ms, index) => [ms, index] as const)
      .toSorted((left, right) => left[0] - right[0] || left[1] - right[1])
      .map(([ms, index]) => `${ms} ${index}`)
    expect(happened).toEqual(expected)
    expect(scheduler.steps).toBe(200)
  })

  it('drains every promise that one event settled before the next happens', async () => {
    const scheduler = createScheduler()
    const happened: string[] = []
    scheduler.after(1, 'first', () => {
      void (async () => {
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
        happened.push('settled')
      })()
    })
    scheduler.after(2, 'second', () => happened.push('second'))
    await runAll(scheduler)
    expect(happened).toEqual(['settled', 'second'])
  })

  it('hashes the trace: equal for equal events, different for another order', async () => {
    const traceOf = async (labels: readonly string[]): Promise<string> => {
      const scheduler = createScheduler()
      for (const label of labels) scheduler.after(1, label, () => undefined)
      await runAll(scheduler)
      return scheduler.traceHash()
    }
    expect(await traceOf(['a', 'b'])).toBe(await traceOf(['a', 'b']))
    expect(await traceOf(['a', 'b'])).not.toBe(await traceOf(['b', 'a']))
  })
})

describe('random streams', () => {
  it('are their own: what one draws does not shift another, nor another seed', () => {
    const draw = (seed: number, stream: string): readonly number[] => {
      const random = createRandom(seed, stream)
      return Array.from({ length: 5 }, () => random.below(1_000_000))
    }
    expect(draw(1, 'faults')).toEqual(draw(1, 'faults'))
    expect(draw(1, 'faults')).not.toEqual(draw(1, 'schedule'))
    expect(draw(1, 'faults')).not.toEqual(draw(2, 'faults'))
  })

  it('are even enough', () => {
    const random = createRandom(3, 'even')
    const counts = Array.from({ length: 10 }, () => 0)
    for (let index = 0; index < 10_000; index += 1) counts[random.below(10)]! += 1
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
