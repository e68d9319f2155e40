/** Starts programs of this repository on one processor, where the system can do that. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { engineFlags } from '@holdfast/cli/mesh-folder/node-program'
import { nodeEnvironment } from '@holdfast/cli/processes/node-environment'

export const root = join(import.meta.dirname, '../..')

/** The processor of what is measured, and the one of all that is not. */
export type Processor = 'measured' | 'other'

const hasTaskset = (): boolean =>
  spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0

export type Pinning = {
  readonly isPinned: boolean
  /** The command that runs this one on its processor. */
  command(words: readonly string[], processor: Processor): readonly string[]
  start(program: string, args: readonly string[], processor: Processor): ChildProcess
  /** Runs to the end and gives what was written; throws where it fails. */
  run(program: string, args: readonly string[]): Promise<string>
}

const outputOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    child.stdout?.on('data', (part: Buffer) => {
      output += part.toString()
    })
    child.stderr?.on('data', (part: Buffer) => {
      errors += part.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`ended with ${code}: ${errors}`))
    })
  })

export const createPinning = (): Pinning => {
  const isPinned = hasTaskset()
  const last = String(availableParallelism() - 1)
  const pinned: Pinning['command'] = (words, processor) => {
    const list = processor === 'measured' ? '0' : last
    return isPinned ? ['taskset', '-c', list, ...words] : words
  }
  const start: Pinning['start'] = (program, args, processor) => {
    // As `holdfast` starts a node.
    const command = [process.execPath, ...engineFlags, join(root, program), ...args]
    const [first = '', ...rest] = pinned(command, processor)
    const env = nodeEnvironment(process.env)
    return spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root, env })
  }
  const run: Pinning['run'] = (program, args) => outputOf(start(program, args, 'measured'))
  return { isPinned, command: pinned, start, run }
}
