/** A local Ethereum chain for the quickstart: anvil, where npm has brought it. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { anvilReadyTimeoutMs, rpcTimeoutMs } from '../limits.ts'

export type Anvil = {
  readonly url: string
  readonly chainId: bigint
  rpc<Value>(method: string, parameters: readonly unknown[]): Promise<Value>
  stop(): Promise<void>
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The binary inside anvil's platform package; undefined where it is not installed. */
const anvilProgram = (): string | undefined => {
  const system = process.platform === 'win32' ? 'win32' : process.platform
  const name = `@foundry-rs/anvil-${system}-${architectures[process.arch] ?? process.arch}`
  try {
    const manifest = import.meta.resolve(`${name}/package.json`)
    return fileURLToPath(new URL(system === 'win32' ? 'bin/anvil.exe' : 'bin/anvil', manifest))
  } catch {
    return undefined
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

const rpcAt =
  (url: string): Anvil['rpc'] =>
  async <Value>(method: string, params: readonly unknown[]): Promise<Value> => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(rpcTimeoutMs),
    })
    const { result, error } = (await answer.json()) as {
      readonly result?: Value
      readonly error?: { readonly message: string }
    }
    if (error !== undefined) throw new Error(`${method} was refused by the chain: ${error.message}`)
    return result as Value
  }

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts anvil on a free port of loopback; undefined where it is not installed. */
export const startAnvil = async (): Promise<Anvil | undefined> => {
  const program = anvilProgram()
  if (program === undefined) return undefined
  const port = await freePort()
  const args = ['--host', '127.0.0.1', '--port', String(port), '--accounts', '0', '--silent']
  const child = spawn(program, args, { stdio: 'ignore' })
  let running = true
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  const url = `http://127.0.0.1:${port}`
  const rpc = rpcAt(url)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  const deadline = Date.now() + anvilReadyTimeoutMs
  for (;;) {
    const chainId = await rpc<string>('eth_chainId', []).catch(() => undefined)
    if (chainId !== undefined) return { url, chainId: BigInt(chainId), rpc, stop }
    if (!running || Date.now() > deadline) {
      await stop()
      throw new Error('anvil does not start')
    }
    await sleep(25)
  }
}
