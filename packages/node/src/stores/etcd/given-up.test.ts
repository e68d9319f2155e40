/** Which calls to a member end before their deadline, on what sign, and which wait on. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createGivenUp } from './given-up.ts'
import { givenUpGraceMs } from './limits.ts'

const first = { name: 'first' }
const second = { name: 'second' }

const begun = () => {
  const givenUp = createGivenUp<object>()
  const ended: string[] = []
  const send = (member: object, call: string) => givenUp.sent(member, () => void ended.push(call))
  return { givenUp, ended, send }
}

describe('a call to a member that was given up', () => {
  it('ends once another member has answered', async () => {
    const { givenUp, ended, send } = begun()
    send(first, 'a')
    send(first, 'b')
    send(second, 'c')
    givenUp.gaveUp(first)
    givenUp.answered(second)
    await expect.poll(() => ended).toEqual(['a', 'b'])
  })

  it('waits on while no member answers, or that member alone', async () => {
    const { givenUp, ended, send } = begun()
    send(first, 'a')
    givenUp.gaveUp(first)
    await delay(2 * givenUpGraceMs)
    givenUp.answered(first)
    await delay(2 * givenUpGraceMs)
    expect(ended).toEqual([])
    givenUp.answered(second)
    await expect.poll(() => ended).toEqual(['a'])
  })

  it('is not ended where it was answered meanwhile', async () => {
    const { givenUp, ended, send } = begun()
    const answered = send(first, 'a')
    send(first, 'b')
    givenUp.gaveUp(first)
    givenUp.answered(second)
    answered()
    await expect.poll(() => ended).toEqual(['b'])
    expect(ended).not.toContain('a')
  })

  it('is not ended while its member was not given up', async () => {
    const { givenUp, ended, send } = begun()
    send(first, 'a')
    givenUp.answered(second)
    await delay(2 * givenUpGraceMs)
    expect(ended).toEqual([])
  })
})
