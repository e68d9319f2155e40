/** One node as a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { nodeReadyTimeoutMs, nodeStopTimeoutMs, readyPollMs } from '../limits.ts'
import type { NodeLayout } from '../mesh-folder/layout.ts'
import { nodeProgram } from '../mesh-folder/node-program.ts'
import { type Environment, nodeEnvironment } from './node-environment.ts'

export type NodeProcess = {
  readonly zone: string
  readonly pid: number
  /** Settles when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  isRunning(): boolean
  /** Settles once `/readyz` says so; throws where the process ends or is late. */
  ready(): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after a while; settles when it has ended. */
  stop(): Promise<void>
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const isReady = async (management: string): Promise<boolean> => {
  try {
    const answer = await fetch(`http://${management}/readyz`, {
      signal: AbortSignal.timeout(1000),
    })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false
  }
}

/** Settles when a child has ended, however that came. */
const endOf = (child: ChildProcess): NodeProcess['ended'] =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })

/** Starts a node with the configuration of its folder; its log goes to `node.log` there. */
export const startNode = (options: {
  readonly zone: string
  readonly layout: NodeLayout
  /** host:port of `/readyz`. */
  readonly management: string
  readonly env: Environment
}): NodeProcess => {
  const { layout, zone } = options
  const log = openSync(layout.log, 'a', 0o600)
  const child = spawn(process.execPath, [nodeProgram(), '--config', layout.config], {
    cwd: layout.dir,
    env: nodeEnvironment(options.env),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = endOf(child)
  let running = true
  // However this command ends, unless it is killed outright, its nodes end with it.
  const endWithThis = (): void => void child.kill('SIGTERM')
  process.once('exit', endWithThis)
  void ended.then(() => {
    running = false
    process.removeListener('exit', endWithThis)
  })
  return {
    zone,
    pid: child.pid ?? 0,
    ended,
    isRunning: () => running,
    kill: (signal) => void child.kill(signal),
    ready: async () => {
      const deadline = Date.now() + nodeReadyTimeoutMs
      while (!(await isReady(options.management))) {
        if (!running) throw new Error(`the node of ${zone} ended; see ${layout.log}`)
        if (Date.now() > deadline) throw new Error(`the node of ${zone} is late; see ${layout.log}`)
        await sleep(readyPollMs)
      }
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
