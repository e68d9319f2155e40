/** Passwords: asked for at the terminal without showing them, or read from a file. */
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Surroundings } from './command.ts'
import { readBytes } from './mesh-folder/files.ts'

/** What is typed is echoed into nothing. */
const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

const ask = async ({ stdin, stderr }: Surroundings, question: string): Promise<string> => {
  stderr.write(question)
  const lines = createInterface({ input: stdin, output: silent(), terminal: true, historySize: 0 })
  const interrupted = new AbortController()
  lines.once('SIGINT', () => interrupted.abort())
  try {
    return await lines.question('', { signal: interrupted.signal })
  } catch {
    return fail('invalid_field', 'no password was given')
  } finally {
    lines.close()
    stderr.write('\n')
  }
}

/** The line end that editors put behind it is none of the password. */
const textOf = (bytes: Bytes, path: string): string => {
  try {
    return fromUtf8(bytes).replace(/\r?\n$/, '')
  } catch {
    return fail('invalid_field', 'the file of the password is no text', path)
  } finally {
    bytes.fill(0)
  }
}

export type Asking = {
  readonly file: string | undefined
  readonly question: string
  /** A new password is asked for twice. */
  readonly twice?: boolean
}

/** Refuses `invalid_field` where there is neither a file nor a terminal, or nothing was typed. */
export const readPassword = async (
  around: Surroundings,
  { file, question, twice = false }: Asking,
): Promise<string> => {
  const path = file === undefined ? undefined : resolve(around.cwd, file)
  if (path === undefined && !around.stdin.isTTY) {
    return fail('invalid_field', 'there is no terminal to ask at: name a file of the password')
  }
  const password =
    path === undefined ? await ask(around, `${question}: `) : textOf(await readBytes(path), path)
  if (password === '') return fail('invalid_field', 'the password is empty')
  if (path === undefined && twice && (await ask(around, `${question}, again: `)) !== password) {
    return fail('invalid_field', 'the two passwords differ')
  }
  return password
}
