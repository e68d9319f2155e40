/** Real nodes as processes, the first of them alone on the measured processor. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeStatus } from '@holdfast/base/answers'
import type { MeshId } from '@holdfast/base/ids'
import { startTimeoutMs } from '../limits.ts'
import type { Pinning, Processor } from './pinned.ts'

export type RunningNode = {
  readonly zone: string
  readonly boot: string
  readonly mesh: MeshId
  readonly pid: number
  /** Origins: HTTPS that ends in the enclave, and plain HTTP. */
  readonly client: string
  readonly plain: string
  readonly kmip: { readonly tls: string }
  stop(): Promise<void>
}

export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** The line that a node writes when it is ready. */
const readyLine = (child: ChildProcess): Promise<Omit<RunningNode, 'pid' | 'stop'>> =>
  new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    child.stderr?.on('data', (part: Buffer) => {
      errors = (errors + part.toString()).slice(-4000)
    })
    child.stdout?.on('data', (part: Buffer) => {
      output += part.toString()
      if (output.includes('\n')) resolve(JSON.parse(output) as Omit<RunningNode, 'pid' | 'stop'>)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`a node ended with ${code}: ${errors}`)))
    setTimeout(() => reject(new Error(`a node is not ready: ${errors}`)), startTimeoutMs).unref()
  })

export const startNode = async (
  pinning: Pinning,
  dir: string,
  processor: Processor,
): Promise<RunningNode> => {
  const args = ['--dir', dir, '--log-level', 'warn']
  const child = pinning.start('packages/node/src/main.ts', args, processor)
  // What is cut off must not leave its nodes behind.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  const ready = await readyLine(child)
  if (child.pid === undefined) throw new Error('a node has no process')
  return { ...ready, pid: child.pid, stop }
}

/** Waits until a node has links to so many others. */
export const untilLinked = async (node: RunningNode, others: number): Promise<void> => {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    const response = await fetch(`${node.plain}/v1/node`)
    const { peers } = (await response.json()) as NodeStatus
    if (peers.filter(({ connected }) => connected).length >= others) return
    await delay(100)
  }
  throw new Error('the nodes do not find each other')
}
