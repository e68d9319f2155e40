import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ZoneId } from '@holdfast/sdk'
import { expect, it } from 'vitest'
import { startMesh } from '../support/mesh.ts'
import { accountOf, createEthereum, transfer } from '../support/wallets.ts'
import { figuresOf } from './node-memory.ts'

const program = join(import.meta.dirname, 'hold-connections.ts')
const zones = [{ id: ZoneId('alone'), name: 'alone', latitude: 0, longitude: 0, level: 1 }]

/** Node raises its own limit of open files to the hard one. */
const openFilesMax = (): number => {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : ''
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1]
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard)
}

const wanted = 10_000
const spare = 1000

it('a node with 10,000 idle connections answers, stays small, and forgets them', async () => {
  const count = Math.min(wanted, openFilesMax() - spare)
  if (count < wanted) console.log(`${count} connections: the limit of open files allows no more`)
  await using mesh = await startMesh({ zones })
  const node = mesh.nodes[0]!
  const client = await mesh.connect()
  const wallet = await createEthereum(client, { durability: 1 })
  const signatory = { wallet: wallet.id, account: accountOf(wallet, 'ethereum').id }
  const signMs = async (): Promise<number> => {
    const began = performance.now()
    await client.sign(signatory, transfer())
    return performance.now() - began
  }
  await signMs()
  const before = await figuresOf(node)
  const { port } = new URL(node.plainUrl)
  const holder = spawn(process.execPath, [program, port, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const lines: string[] = []
    holder.stdout.on('data', (part: Buffer) => lines.push(part.toString()))
    await once(holder.stdout, 'data')
    expect(JSON.parse(lines[0]!)).toEqual({ open: count })
    const during = await figuresOf(node)
    expect(during.connections - before.connections).toBe(count)
    const took = [await signMs(), await signMs(), await signMs()]
    const late = await mesh.connect()
    await late.showWallet(wallet.id)
    // Nobody was turned away for those who came later.
    holder.stdin.write('?')
    await expect.poll(() => lines.at(-1)).toBe(`{"open":${count}}\n`)
    holder.stdin.end()
    await once(holder, 'exit')
    await expect
      .poll(async () => (await figuresOf(node)).connections, { timeout: 10_000 })
      .toBeLessThan(before.connections + 10)
    const after = await figuresOf(node)
    expect(await signMs()).toBeGreaterThan(0)
    console.log(
      `${count} idle connections: resident memory ${before.rssMiB} MiB before, ` +
        `${during.rssMiB} MiB with them, ${after.rssMiB} MiB after; ` +
        `a signature takes ${took.map((ms) => ms.toFixed(1)).join(', ')} ms with them`,
    )
    expect(during.rssMiB - before.rssMiB).toBeLessThan(600)
  } finally {
    holder.kill('SIGKILL')
  }
}, 90_000)
