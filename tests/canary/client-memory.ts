/** Runs a client that imports secrets as a process of its own, and looks into its memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ImportClientOptions } from './import-client.ts'
import { memoryOf } from './process-memory.ts'
import type { Search } from './search.ts'

const program = join(import.meta.dirname, 'import-client.ts')

export type ClientMemory = {
  readonly addresses: readonly string[]
  readonly output: string
  /** `region: needle` for what was found. */
  readonly found: readonly string[]
  readonly searchedBytes: number
}

const behindLength = (secret: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(secret.length >> 8, secret.length & 0xff), secret])

const searchMemory = (pid: number, search: Search) => {
  const found: string[] = []
  let searchedBytes = 0
  for (const { region, address, bytes } of memoryOf(pid)) {
    searchedBytes += bytes.length
    for (const { name, at } of search.in(bytes)) {
      found.push(`${region || 'anonymous'} ${(address + at).toString(16)}: ${name}`)
    }
  }
  return { found, searchedBytes }
}

export const memoryOfImport = async (
  options: ImportClientOptions,
  secrets: readonly Uint8Array[],
  search: Search,
): Promise<ClientMemory> => {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  try {
    child.stdin.write(Buffer.concat(secrets.map(behindLength)))
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (part: Buffer) => {
        output += part.toString()
        if (output.includes('\n')) resolve()
      })
      child.stderr.on('data', (part: Buffer) => {
        output += part.toString()
      })
      child.once('exit', () => reject(new Error(output)))
    })
    child.kill('SIGSTOP')
    const { addresses } = JSON.parse(output) as { readonly addresses: readonly string[] }
    return { addresses, output, ...searchMemory(child.pid!, search) }
  } finally {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}
