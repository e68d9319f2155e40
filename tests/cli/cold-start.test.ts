/** A whole mesh starts cold: governors see its evidence, sign offline, and it serves again. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { startCommand } from './command.ts'

let mesh: TestMesh
let away: string
beforeAll(async () => {
  mesh = await startMesh()
  away = mkdtempSync(join(tmpdir(), 'holdfast-governors-'))
}, 120_000)
afterAll(async () => {
  await mesh.stop()
  rmSync(away, { recursive: true, force: true })
})

const holdfast = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await startCommand([...args, '--json']).finished
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>
}

const states = async (): Promise<readonly string[]> =>
  Promise.all(
    mesh.nodes.map(async ({ plainUrl }) => {
      const status = await fetch(`${plainUrl}/v1/node`).catch(() => undefined)
      return ((await status?.json()) as { readonly state?: string } | undefined)?.state ?? 'none'
    }),
  )

const until = async (state: string): Promise<void> => {
  for (let waited = 0; !(await states()).every((one) => one === state); waited += 100) {
    if (waited > 30_000) throw new Error(`${(await states()).join(' ')} instead of ${state}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

it('waits for governors, who verify, sign offline and apply', async () => {
  const client = await mesh.connect()
  const { wallet } = await client.createWallet({
    name: 'cold',
    keys: [
      {
        name: 'main',
        kind: 'secp256k1',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
  })
  client.close()
  // The keys of the governors are not where the mesh runs.
  const key = (id: string): string => join(away, 'governors', `${id}.json`)
  renameSync(mesh.layout.governors, join(away, 'governors'))
  for (const node of mesh.nodes) await node.kill()
  const restarted = Promise.allSettled(mesh.nodes.map((node) => node.restart()))
  await until('waiting_for_confirmation')
  const file = join(away, 'boots.json')
  const proposed = await holdfast('mesh', 'cold-start', 'propose', '--dir', mesh.dir, '--out', file)
  expect(proposed['statement']).toMatchObject({ boots: [{}, {}, {}] })
  const apply = ['mesh', 'cold-start', 'apply', file, '--dir', mesh.dir] as const
  await holdfast('mesh', 'cold-start', 'sign', file, '--governor', key('first'))
  const early = await holdfast(...apply)
  const codes = (answer: Record<string, unknown>): readonly unknown[] =>
    (answer['taken'] as readonly { readonly code: string }[]).map(({ code }) => code)
  expect(codes(early)).toEqual([
    'statement_signature',
    'statement_signature',
    'statement_signature',
  ])
  await until('waiting_for_confirmation')
  await holdfast('mesh', 'cold-start', 'sign', file, '--governor', key('second'))
  expect(codes(await holdfast(...apply))).toEqual(['taken', 'taken', 'taken'])
  await restarted
  await until('ready')
  const again = await mesh.connect()
  expect((await again.showWallet(wallet.id)).wallet.id).toBe(wallet.id)
  again.close()
}, 120_000)
