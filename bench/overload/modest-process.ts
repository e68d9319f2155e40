/** Starts the callers who ask little, in a process of their own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RunningNode } from '../server/nodes.ts'
import type { Latency } from './modest-callers.ts'

export type ModestProcess = {
  measure(seconds: number): Promise<Latency>
  stop(): void
}

export const startModestProcess = async (
  node: RunningNode,
  callers: number,
): Promise<ModestProcess> => {
  const program = join(import.meta.dirname, 'modest-program.ts')
  const child = fork(program, [JSON.stringify({ node, callers })])
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', () => reject(new Error('the callers who ask little ended')))
  })
  ended.catch(() => undefined)
  const next = async (): Promise<unknown> =>
    ((await Promise.race([once(child, 'message'), ended])) as unknown[])[0]
  await next()
  return {
    measure: async (seconds) => {
      child.send(seconds)
      return (await next()) as Latency
    },
    stop: () => void child.kill(),
  }
}
