/** A node that shares this process's terminal: its log is on stdout, Ctrl-C reaches it. */
import { spawn } from 'node:child_process'
import type { NodeLayout } from '../mesh-folder/layout.ts'
import { engineFlags, nodeProgram } from '../mesh-folder/node-program.ts'
import { type Environment, nodeEnvironment } from './node-environment.ts'

/** Its exit code. Signals to this process are passed on, so that it ends cleanly. */
export const runNodeHere = (layout: NodeLayout, env: Environment): Promise<number> =>
  new Promise((resolve) => {
    const args = [...engineFlags, nodeProgram(), '--config', layout.config]
    const child = spawn(process.execPath, args, {
      cwd: layout.dir,
      env: nodeEnvironment(env),
      stdio: 'inherit',
    })
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
    process.on('SIGTERM', forward)
    // The terminal sends Ctrl-C to both: this process only has to wait.
    process.on('SIGINT', () => undefined)
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 1))
  })
