/** What every command shares: its surroundings, its options, and how it ends. */
import { errorTable, RefusalError, toProblem } from '@holdfast/base/errors'
import { VerificationError } from '@holdfast/sdk'
import type { Command } from 'commander'
import { type Terminal, terminal } from './terminal.ts'

/** What only `main.ts` may read. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly now: () => number
  exitCode(code: number): void
  /** Calls back once, when the user asks to stop. */
  onInterrupt(action: () => void): void
}

/** A command of the explicit list in `program.ts`. */
export type MakeCommand = (surroundings: Surroundings) => Command

const colored = ({ env, stdout }: Surroundings): boolean =>
  stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'

const problemOf = (error: unknown) => {
  if (error instanceof RefusalError || error instanceof VerificationError) {
    const differences = error instanceof VerificationError ? error.differences : undefined
    return {
      ...toProblem(error.refusal),
      ...(differences === undefined ? {} : { differences }),
    }
  }
  const detail = error instanceof Error ? error.message : 'something failed'
  return { ...toProblem({ code: 'internal', detail }), title: errorTable.internal.title }
}

/** A refusal for people: code, what was refused, and what it is about. */
const inWords = (error: unknown): string => {
  if (error instanceof VerificationError) return error.message
  const { code, detail, subject } = problemOf(error)
  const about = subject === undefined ? '' : ` (${subject})`
  return code === 'internal' ? detail : `${code}: ${detail}${about}`
}

/** Runs a command's work; an error becomes a problem on stderr and exit code 1, or its own. */
export const run =
  <Arguments extends unknown[]>(
    surroundings: Surroundings,
    work: (talk: Terminal, ...rest: Arguments) => Promise<void>,
    exitCodeOf: (error: unknown) => number = () => 1,
  ) =>
  async (...rest: [...Arguments, Command]): Promise<void> => {
    const command = rest.at(-1) as Command
    const json = command.optsWithGlobals<{ json?: boolean }>().json === true
    const { stdout, stderr, now } = surroundings
    const talk = terminal({ json, stdout, stderr, color: colored(surroundings), now })
    try {
      await work(talk, ...(rest.slice(0, -1) as Arguments))
    } catch (error) {
      const text = json
        ? JSON.stringify(problemOf(error))
        : `${talk.style('red', 'error')} ${inWords(error)}`
      stderr.write(`${text}\n`)
      surroundings.exitCode(exitCodeOf(error))
    }
  }
