/** Running nodes take the next manifest on SIGHUP, and cut links to what it no longer lists. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishSuccessor, readManifest } from '@holdfast/cli/mesh-folder/manifest-file'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'

let mesh: TestMesh
beforeAll(async () => {
  mesh = await startMesh()
}, 120_000)
afterAll(() => mesh.stop())

type Status = {
  readonly manifestSerial: number
  readonly zoneKey?: { readonly epoch: number; readonly rotating: boolean }
  readonly peers: readonly { readonly zone: string; readonly connected: boolean }[]
}
const status = async (zone: string): Promise<Status> =>
  (await (await fetch(`${mesh.node(zone).plainUrl}/v1/node`)).json()) as Status

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await holds()); waited += 100) {
    if (waited > 30_000) throw new Error('waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const hangUp = (nodes: TestMesh['nodes'] = mesh.nodes): void => {
  for (const node of nodes) process.kill(node.pid(), 'SIGHUP')
}

it('takes a newer manifest while it runs, no older one, and cuts what is not listed', async () => {
  const { layout } = mesh
  const genesis = join(mesh.dir, 'genesis.json')
  copyFileSync(layout.manifest, genesis)
  const { manifest } = await readManifest(layout, Date.now())
  // The machine of one zone counts no longer.
  const lost = manifest.inventory.filter(({ zone }) => zone !== 'ap-south')
  await publishSuccessor(layout, { inventory: lost }, Date.now())
  const client = await mesh.connect()
  hangUp([mesh.node('eu-west')])
  await until(async () => (await status('eu-west')).manifestSerial === 2)
  // Its peers are told over their links, those at least whose links hold.
  await until(async () => (await status('us-east')).manifestSerial === 2)
  await until(async () =>
    (await status('eu-west')).peers.every(
      ({ zone, connected }) => connected === (zone !== 'ap-south'),
    ),
  )
  // The zone that a machine was taken from cannot tell enough zones of a key; it waits.
  expect((await status('ap-south')).zoneKey).toEqual({ epoch: 1, rotating: false })
  // Clients judge the nodes by the newer one, although these started under the older.
  expect((await client.verify()).verdict.manifestSerial).toBeGreaterThan(0)
  hangUp()
  const fresh = await mesh.connect({ minimumSerial: 2 })
  expect((await fresh.verify()).verdict.manifestSerial).toBe(2)
  fresh.close()
  client.close()
  copyFileSync(genesis, layout.manifest)
  hangUp()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await status('eu-west')).manifestSerial).toBe(2)
  writeFileSync(layout.manifest, '{}')
  hangUp()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await status('eu-west')).manifestSerial).toBe(2)
}, 120_000)
