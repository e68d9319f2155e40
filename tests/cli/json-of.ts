/** What a command that succeeds answers with --json; nothing else is said. */
import { expect } from 'vitest'
import type { Finished } from './command.ts'

export const jsonOf = async (command: Promise<Finished>) => {
  const { code, stdout, stderr } = await command
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}
