/** A real Ethereum node for tests: anvil, whose binary npm brings. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type JsonRpc, jsonRpc } from './json-rpc.ts'
import { startProcess } from './start-process.ts'

export type Anvil = AsyncDisposable & {
  readonly url: string
  readonly chainId: number
  readonly rpc: JsonRpc
  /** Gives an address its balance out of nothing. */
  setBalance(address: string, wei: bigint): Promise<void>
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

const anvilProgram = (): string => {
  const name = `anvil-${process.platform}-${architectures[process.arch] ?? process.arch}`
  const path = join(import.meta.dirname, '../../node_modules/@foundry-rs', name, 'bin/anvil')
  if (!existsSync(path)) throw new Error(`${name} is not installed; run npm ci`)
  return path
}

/**
 *     await using anvil = await startAnvil()
 *     await anvil.setBalance(address, 10n ** 18n)
 *     const hash = await anvil.rpc<string>('eth_sendRawTransaction', `0x${signed.transaction}`)
 */
export const startAnvil = async (options: { readonly chainId?: number } = {}): Promise<Anvil> => {
  const { chainId = 31_337 } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const rpc = jsonRpc(url)
  const started = await startProcess({
    program: anvilProgram(),
    args: [
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--chain-id',
      String(chainId),
      '--accounts',
      '1',
      '--hardfork',
      'prague',
      '--silent',
    ],
    startMs: 20_000,
    ready: async () => Number(await rpc<string>('eth_chainId')) === chainId,
  })
  return {
    url,
    chainId,
    rpc,
    setBalance: async (address, wei) => {
      await rpc('anvil_setBalance', address, `0x${wei.toString(16)}`)
    },
    [Symbol.asyncDispose]: () => started.stop(),
  }
}
