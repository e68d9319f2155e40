/** The holdfast command as a process of its own, as people run it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../packages/cli/src/main.ts')

export type Finished = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Running = {
  readonly pid: number
  readonly finished: Promise<Finished>
  kill(signal: NodeJS.Signals): void
  /** To its stdin, with `keepOpen`. */
  write(text: string): void
  /** Settles with the first group of what stderr says. */
  said(pattern: RegExp): Promise<string>
  /** Settles when stdout holds the text; rejects when the command ends without it. */
  until(text: string): Promise<void>
}

export const startCommand = (
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>
    readonly stdin?: string
    readonly keepOpen?: boolean
  } = {},
): Running => {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (options.keepOpen !== true) child.stdin.end(options.stdin ?? '')
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
    for (const look of waiting) look()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
    for (const look of waiting) look()
  })
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    pid: child.pid ?? 0,
    finished,
    kill: (signal) => void child.kill(signal),
    write: (text) => void child.stdin.write(text),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(stderr)?.[1]
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void finished.then((end) => reject(new Error(`ended: ${end.stdout}${end.stderr}`)))
      }),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void finished.then((end) => reject(new Error(`ended: ${end.stdout}${end.stderr}`)))
      }),
  }
}

export const holdfast = (
  args: readonly string[],
  options: Parameters<typeof startCommand>[1] = {},
): Promise<Finished> => startCommand(args, options).finished
