/** Debian's PyKMIP as a client in a process of its own, set up from what `kmip enroll` wrote. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram } from '../support/program.ts'

const script = join(import.meta.dirname, 'pykmip-client.py')

/** The interpreter of the distribution, which alone sees its packages. */
export const python = findProgram({
  program: 'pykmip-server',
  install: 'apt-get install python3-pykmip',
  paths: ['/usr/bin/pykmip-server'],
})
  ? ['/usr/bin/python3'].find((path) => existsSync(path))
  : undefined

export type PyAnswer = {
  readonly value?: unknown
  /** Result reason of a refusal. */
  readonly refused?: string
  /** Where the connection was closed. */
  readonly failed?: string
}

export class PyKmip implements Disposable {
  readonly #child: ChildProcess
  readonly #waiting: ((answer: PyAnswer) => void)[] = []
  readonly opened: Promise<PyAnswer>

  constructor(options: {
    readonly folder: string
    readonly address: string
    readonly version?: string
  }) {
    const args = [script, options.folder, options.address, options.version ?? '1.2']
    this.#child = spawn(python as string, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    this.opened = this.#next()
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as PyAnswer))
    lines.on('close', () => {
      for (const settle of this.#waiting.splice(0)) settle({ failed: 'the client ended' })
    })
  }

  ask(operation: string, words: object = {}): Promise<PyAnswer> {
    const answer = this.#next()
    this.#child.stdin?.write(`${JSON.stringify({ operation, ...words })}\n`)
    return answer
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }

  #next(): Promise<PyAnswer> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
