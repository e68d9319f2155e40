import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Surroundings } from './command.ts'
import { readPassword } from './read-password.ts'

const terminal = (...lines: readonly string[]) => {
  const raw: boolean[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
  })
  const left = [...lines]
  const said: string[] = []
  const stderr = {
    write: (text: string) => {
      said.push(text)
      if (text.endsWith(': ')) setImmediate(() => stdin.write(`${left.shift()}\r`))
    },
  }
  return { around: { stdin, stderr, cwd: '/' } as unknown as Surroundings, said, raw }
}

const asking = { file: undefined, question: 'Password of alice' } as const

describe('a password at a terminal', () => {
  it('is read raw and shown nowhere', async () => {
    const { around, said, raw } = terminal('correct horse')
    expect(await readPassword(around, asking)).toBe('correct horse')
    expect(said).toEqual(['Password of alice: ', '\n'])
    expect(raw).toEqual([true, false])
  })

  it('is asked for twice where it is new, and refused where they differ or are empty', async () => {
    const twice = { ...asking, twice: true }
    expect(await readPassword(terminal('one', 'one').around, twice)).toBe('one')
    for (const lines of [['one', 'two'], ['']]) {
      await expect(readPassword(terminal(...lines).around, twice)).rejects.toThrow('invalid_field')
    }
  })

  it('ends without one where the user interrupts', async () => {
    const { around } = terminal('\u0003')
    await expect(readPassword(around, asking)).rejects.toThrow('invalid_field')
  })
})
