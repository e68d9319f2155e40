/** One node as a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { nodeReadyTimeoutMs, nodeStopTimeoutMs } from '../limits.ts'
import type { NodeLayout } from '../mesh-folder/layout.ts'
import { engineFlags, nodeProgram } from '../mesh-folder/node-program.ts'
import { lastError } from './last-error.ts'
import { type Environment, nodeEnvironment } from './node-environment.ts'

export type NodeProcess = {
  readonly name: string
  readonly pid: number
  /** Settles when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  isRunning(): boolean
  /** Settles once the node says that it is ready; throws where it ends or is late. */
  ready(): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after a while; settles when it has ended. */
  stop(): Promise<void>
}

/** Settles when a child has ended, however that came. */
const endOf = (child: ChildProcess): NodeProcess['ended'] =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })

/** The node writes one line to stdout: that it is ready, and where it listens. */
const readyLine = (child: ChildProcess): Promise<'ready'> =>
  new Promise((resolve) => {
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) resolve('ready')
    })
  })

const lateAfter = (ms: number): { readonly late: Promise<'late'>; cancel(): void } => {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), ms)
  return { late: promise, cancel: () => clearTimeout(timer) }
}

/** Starts a node with the configuration of its folder; its log goes to `node.log` there. */
export const startNode = (options: {
  readonly name: string
  readonly layout: NodeLayout
  readonly env: Environment
  /** Words before the program's own (`Within`). */
  readonly within?: readonly string[]
  /** Default the sources' own; else the entry of a release. */
  readonly program?: string
}): NodeProcess => {
  const { layout, name } = options
  const log = openSync(layout.log, 'a', 0o600)
  const entry = options.program ?? nodeProgram()
  const program = [process.execPath, ...engineFlags, entry, '--config', layout.config]
  const [command = process.execPath, ...args] = [...(options.within ?? []), ...program]
  const child = spawn(command, args, {
    cwd: layout.dir,
    env: nodeEnvironment(options.env),
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const ended = endOf(child)
  const isReady = readyLine(child)
  let running = true
  void ended.then(() => {
    running = false
  })
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    isRunning: () => running,
    kill: (signal) => void child.kill(signal),
    ready: async () => {
      const limit = lateAfter(nodeReadyTimeoutMs)
      const first = await Promise.race([isReady, ended, limit.late])
      limit.cancel()
      if (first === 'ready') return
      const how = first === 'late' ? 'is late' : 'ended'
      throw new Error(`the node ${name} ${how}${await lastError(layout.log)}`)
    },
    stop: async () => {
      if (!running) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), nodeStopTimeoutMs)
      await ended
      clearTimeout(timer)
    },
  }
}
