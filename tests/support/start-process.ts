/** A program that a test starts: waited for with a bound, always stopped, its output kept. */
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

const outputCharactersMax = 8000
const stopMs = 5000

export type StartedProcess = {
  /** The end of what the program wrote, for failures. */
  output(): string
  stop(): Promise<void>
}

type StartOptions = {
  readonly program: string
  readonly args: readonly string[]
  readonly startMs: number
  /** Resolves to true once the program answers; errors mean not yet. */
  readonly ready: () => Promise<boolean>
}

/** Throws, with the program's output, where it ends early or is not ready in time. */
export const startProcess = async (options: StartOptions): Promise<StartedProcess> => {
  const { program, args, startMs, ready } = options
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const state = { ended: false }
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-outputCharactersMax)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      state.ended = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  // A test that is cut off must not leave the program behind.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)

  const stop = async (): Promise<void> => {
    process.off('exit', killNow)
    if (!state.ended) child.kill('SIGTERM')
    await Promise.race([exited, delay(stopMs, undefined, { ref: false })])
    if (!state.ended) child.kill('SIGKILL')
    await exited
  }

  const deadline = Date.now() + startMs
  while (!state.ended && Date.now() < deadline) {
    if (await ready().catch(() => false)) return { output: () => output, stop }
    await delay(50)
  }
  await stop()
  throw new Error(`${program} did not become ready: ${output}`)
}
