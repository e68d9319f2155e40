/** Real nodes as processes: they start, find each other by evidence, answer, stop and refuse. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeMeshFolder } from '../../packages/node/src/testing/mesh-folder.ts'

const program = join(import.meta.dirname, '../../packages/node/src/main.ts')

type Ready = {
  readonly zone: string
  readonly boot: string
  readonly client: string
  readonly plain: string
  readonly management: number
  readonly simulated: boolean
}

type Running = { readonly child: ChildProcess; readonly ready: Ready; errors(): string }

const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

const running: Running[] = []

const start = async (dir: string, flags: readonly string[] = []): Promise<Running> => {
  const child = spawn(process.execPath, [program, '--dir', dir, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part) => {
      output += part
      if (output.includes('\n')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${errors}`)))
  })
  const node = { child, ready: JSON.parse(output) as Ready, errors: () => errors }
  running.push(node)
  return node
}

const stop = async ({ child }: Running): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

const status = async (node: Running) => {
  const response = await fetch(`${node.ready.plain}/v1/node`)
  return (await response.json()) as {
    peers: { zone: string; connected: boolean }[]
    state: string
  }
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await holds()); waited += 100) {
    if (waited > 20_000) throw new Error('waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const connectedTo = async (node: Running): Promise<string[]> =>
  (await status(node)).peers.flatMap(({ zone, connected }) => (connected ? [zone] : []))

let folder: Awaited<ReturnType<typeof makeMeshFolder>>
beforeAll(async () => {
  const measured = spawnSync(process.execPath, [program, '--print-measurement'], {
    encoding: 'utf8',
  })
  expect(measured.stdout).toMatch(/^[0-9a-f]{64}\n$/)
  const [eu = 0, us = 0] = await freePorts(2)
  folder = await makeMeshFolder(
    [
      { id: 'eu', level: 2, meshPort: eu },
      { id: 'us', level: 1, meshPort: us },
    ],
    measured.stdout.trim(),
  )
})
afterAll(async () => {
  await Promise.all(running.map(stop))
  rmSync(folder.dir, { recursive: true })
})

describe('a node as a process', () => {
  it('starts, links to its peer by evidence, answers, and stops on SIGTERM', async () => {
    const [eu, us] = await Promise.all([start(folder.node('eu')), start(folder.node('us'))])
    expect(eu.ready).toMatchObject({ ready: true, zone: 'eu', simulated: true })
    await until(async () => (await connectedTo(eu)).includes('us'))
    await until(async () => (await connectedTo(us)).includes('eu'))
    const management = `http://127.0.0.1:${eu.ready.management}`
    expect((await fetch(`${management}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${management}/metrics`)).text()).toContain('holdfast_ready 1')
    const evidence = await fetch(`${eu.ready.plain}/v1/evidence?nonce=${'00'.repeat(32)}`)
    expect(evidence.status).toBe(200)
    expect(await evidence.json()).toMatchObject({ format: 'holdfast evidence v1' })
    const manifest = await fetch(`${eu.ready.plain}/v1/manifest`)
    expect(await manifest.json()).toEqual(
      JSON.parse(readFileSync(join(folder.dir, 'manifest.json'), 'utf8')),
    )
    expect(await stop(us)).toBe(0)
    await until(async () => !(await connectedTo(eu)).includes('us'))
    expect(await stop(eu)).toBe(0)
  })

  it('is refused a second time on the same store, and opens its zone key again', async () => {
    const first = await start(folder.node('eu'))
    const flags = ['--listen-mesh', '127.0.0.1:0']
    await expect(start(folder.node('eu'), flags)).rejects.toThrow('store_in_use')
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const again = await start(folder.node('eu'))
    expect(again.ready.boot).not.toBe(first.ready.boot)
    expect((await status(again)).state).toBe('ready')
    expect(await stop(again)).toBe(0)
  })

  it('gives no link to a node whose machine is not on the inventory', async () => {
    const us = await start(folder.node('us'))
    const stranger = await makeMeshFolder(
      [{ id: 'eu', level: 2, meshPort: 0 }],
      readMeasurement(folder.dir),
    )
    const platform = join(folder.node('eu'), 'platform.json')
    const own = readFileSync(platform)
    writeFileSync(platform, readFileSync(join(stranger.node('eu'), 'platform.json')))
    const impostor = await start(folder.node('eu'))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await connectedTo(us)).toEqual([])
    expect(us.errors()).toContain('unknown_root')
    writeFileSync(platform, own)
    rmSync(stranger.dir, { recursive: true })
    expect(await stop(impostor)).toBe(0)
    expect(await stop(us)).toBe(0)
  })

  it('refuses to start by a code: unknown flags, zones and files', async () => {
    const dir = folder.node('us')
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [['--unknown'], 'bad_configuration'],
      [['--zone', 'mars'], 'unknown_zone'],
      [['--manifest', '/none'], 'manifest_malformed'],
    ]
    for (const [flags, code] of refusals) {
      const ended = spawnSync(process.execPath, [program, '--dir', dir, ...flags], {
        encoding: 'utf8',
        timeout: 20_000,
      })
      expect([ended.status, ended.stdout]).toEqual([78, ''])
      expect(JSON.parse(ended.stderr.trim())).toMatchObject({ level: 'error', code })
    }
  })
})

/** What the manifest of a folder lists. */
function readMeasurement(dir: string): string {
  const { manifests } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as {
    manifests: { manifest: string }[]
  }
  const text = Buffer.from(manifests[0]!.manifest, 'base64url').toString('utf8')
  const manifest = JSON.parse(text) as { measurements: { mrEnclave: string }[] }
  return manifest.measurements[0]!.mrEnclave
}
