/** A real node of Bitcoin's family for tests: Debian's litecoind on its own regtest chain. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type JsonRpc, jsonRpc } from './json-rpc.ts'
import { findProgram } from './program.ts'
import { startProcess } from './start-process.ts'

export type FundedOutput = {
  readonly txid: string
  readonly index: number
  /** The whole transaction that pays it, without witnesses. */
  readonly transaction: string
}

export type Litecoind = AsyncDisposable & {
  readonly rpc: JsonRpc
  mine(blocks: number): Promise<void>
  /** Pays an address of the network `litecoin-regtest` and confirms it. */
  fund(address: string, amount: bigint): Promise<FundedOutput>
  confirmations(txid: string): Promise<number>
}

/** The program, or undefined (said in one line) where the machine has none. */
export const litecoindProgram = (): string | undefined =>
  findProgram({ program: 'litecoind', install: 'apt-get install litecoind' })

const password = 'regtest'

const argumentsFor = (folder: string, port: number): readonly string[] => [
  '-regtest',
  '-server',
  '-listen=0',
  '-dnsseed=0',
  '-discover=0',
  '-upnp=0',
  `-datadir=${folder}`,
  `-rpcport=${port}`,
  '-rpcbind=127.0.0.1',
  '-rpcallowip=127.0.0.1',
  '-rpcuser=test',
  `-rpcpassword=${password}`,
  '-fallbackfee=0.0001',
  '-printtoconsole=0',
  '-txindex=1',
  '-dbcache=16',
  '-par=1',
]

/** Coins as the node writes them: eight decimals. */
const coins = (amount: bigint): string => {
  const digits = amount.toString().padStart(9, '0')
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`
}

type Output = { readonly n: number; readonly scriptPubKey: { readonly addresses?: string[] } }

/**
 *     await using litecoind = await startLitecoind(program)
 *     const output = await litecoind.fund(address, 100_000n)
 */
export const startLitecoind = async (program: string): Promise<Litecoind> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-litecoind-'))
  const port = await freePort()
  const authorization = `Basic ${Buffer.from(`test:${password}`).toString('base64')}`
  const rpc = jsonRpc(`http://127.0.0.1:${port}`, { authorization })
  const started = await startProcess({
    program,
    args: argumentsFor(folder, port),
    startMs: 30_000,
    ready: async () => (await rpc<number>('getblockcount')) >= 0,
  })
  await rpc('createwallet', 'miner')
  const miner = await rpc<string>('getnewaddress')
  const mine = async (blocks: number): Promise<void> => {
    await rpc('generatetoaddress', blocks, miner)
  }
  // A coinbase may be spent after 100 blocks.
  await mine(101)
  return {
    rpc,
    mine,
    fund: async (address, amount) => {
      const txid = await rpc<string>('sendtoaddress', address, coins(amount))
      await mine(1)
      const raw = await rpc<{ vout: Output[]; hex: string }>('getrawtransaction', txid, true)
      const paid = raw.vout.find(({ scriptPubKey }) => scriptPubKey.addresses?.includes(address))
      if (paid === undefined) throw new Error('the transaction does not pay the address')
      return { txid, index: paid.n, transaction: raw.hex }
    },
    confirmations: async (txid) =>
      (await rpc<{ confirmations?: number }>('getrawtransaction', txid, true)).confirmations ?? 0,
    [Symbol.asyncDispose]: async () => {
      await started.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
