import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createMesh } from '@holdfast/cli/mesh-folder/create-mesh'
import { meshLayout } from '@holdfast/cli/mesh-folder/layout'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { MeshId } from '@holdfast/sdk'
import { connect, readApiKey } from '@holdfast/sdk/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildRelease, type Release } from '../../scripts/release/build-release.ts'
import { compareRelease } from '../../scripts/release/compare-release.ts'
import { findProgram } from '../support/program.ts'
import { accountOf, createEthereum, transfer } from '../support/wallets.ts'
import { secondCheckout } from './second-checkout.ts'

const root = join(import.meta.dirname, '../..')
const library = findProgram({
  program: 'libsecp256k1.so.1',
  install: 'apt-get install libsecp256k1-1',
  paths: ['/usr/lib/x86_64-linux-gnu/libsecp256k1.so.1'],
})
const dir = mkdtempSync(join(tmpdir(), 'holdfast-release-'))
const out = join(dir, 'first')
afterAll(() => rmSync(dir, { recursive: true }))

describe.skipIf(library === undefined || process.arch !== 'x64')('a release', () => {
  let release: Release
  beforeAll(async () => {
    release = await buildRelease({ root, out })
  }, 120_000)

  it('is the same bytes from a checkout in another folder', async () => {
    const copy = join(dir, 'a folder elsewhere')
    secondCheckout(root, copy)
    const again = await buildRelease({ root: copy, out: join(dir, 'second'), writeImage: false })
    expect(again).toEqual(release)
    for (const name of ['app/enclave.mjs', 'sbom.cdx.json', 'release.json']) {
      const [one, two] = [join(out, name), join(dir, 'second', name)].map((path) =>
        readFileSync(path),
      )
      expect([name, one!.equals(two!)]).toEqual([name, true])
    }
    rmSync(copy, { recursive: true })
    rmSync(join(dir, 'second'), { recursive: true })
  }, 120_000)

  it('names every difference to what was published', () => {
    const text = readFileSync(join(out, 'release.json'), 'utf8')
    const differences = (published: string, claimed = text) =>
      compareRelease({ published, text: claimed, rebuilt: release })
    expect(differences(out)).toEqual([])
    const other = join(dir, 'published')
    mkdirSync(join(other, 'app'), { recursive: true })
    expect(differences(other)).toEqual([])
    writeFileSync(join(other, 'app/enclave.mjs'), 'other')
    expect(differences(other)).toEqual([
      'app/enclave.mjs has other content than its published hash',
    ])
    const hash = release.files['app/enclave.mjs']!
    const lied = text.replace(hash, 'a'.repeat(64)).replace(release.measurement, 'b'.repeat(64))
    expect(differences(join(dir, 'none'), lied)).toEqual([
      'app/enclave.mjs is published with another hash',
      'the measurement differs',
    ])
  })

  it('lists what is inside with the hashes of the lock file', () => {
    const bom = JSON.parse(readFileSync(join(out, 'sbom.cdx.json'), 'utf8')) as {
      specVersion: string
      components: { name: string; purl?: string; hashes?: { content: string }[] }[]
      dependencies: { ref: string; dependsOn: string[] }[]
    }
    expect(bom.specVersion).toBe('1.6')
    const named = (name: string) => bom.components.find((component) => component.name === name)
    expect(named('zod')).toMatchObject({ purl: expect.stringMatching(/^pkg:npm\/zod@4/) })
    expect(named('zod')?.hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/)
    expect(named('libsecp256k1.so.1')?.hashes?.[0]?.content).toBe(
      release.files['app/libsecp256k1.so'],
    )
    expect(bom.components.filter(({ name }) => /vitest|typescript|win32/.test(name))).toEqual([])
    const refs = new Set(bom.dependencies.map(({ ref }) => ref))
    const dangling = bom.dependencies
      .flatMap(({ dependsOn }) => dependsOn)
      .filter((ref) => !refs.has(ref) && !ref.startsWith('system/'))
    expect(dangling).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('runs from its image alone, as the measured code', () => {
    const layout = join(dir, 'layout')
    const rootfs = join(dir, 'rootfs')
    for (const folder of [layout, rootfs]) mkdirSync(folder)
    execFileSync('tar', ['-xf', join(out, 'image.oci.tar'), '-C', layout])
    const blob = (digest: string) => join(layout, 'blobs', digest.replace(':', '/'))
    type Index = { manifests: { digest: string }[] }
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index
    expect(index.manifests[0]?.digest).toBe(release.imageDigest)
    const manifest = JSON.parse(readFileSync(blob(index.manifests[0]!.digest), 'utf8')) as {
      config: { digest: string }
      layers: { digest: string }[]
    }
    const image = JSON.parse(readFileSync(blob(manifest.config.digest), 'utf8')) as {
      config: { User: string; Entrypoint: string[] }
    }
    expect(image.config.User).toBe('10001:10001')
    execFileSync('tar', ['-xf', blob(manifest.layers[0]!.digest), '-C', rootfs])
    mkdirSync(join(rootfs, 'proc'), { recursive: true })
    const [program, ...args] = image.config.Entrypoint
    const printed = execFileSync(
      '/usr/sbin/chroot',
      [`--userspec=${image.config.User}`, rootfs, program!, ...args, '--print-measurement'],
      { encoding: 'utf8', env: {} },
    )
    expect(printed.trim()).toBe(release.measurement)
    for (const folder of [layout, rootfs]) rmSync(folder, { recursive: true })
  })

  it('runs a node that signs, and whose evidence says the measurement', async () => {
    const mesh = join(dir, 'mesh')
    const made = await createMesh({
      dir: mesh,
      name: 'release',
      zones: defaultZones.slice(0, 1),
      firstPort: 0,
      measurement: release.measurement,
      nowMs: Date.now(),
    })
    const layout = meshLayout(mesh)
    const { config } = layout.node('eu-west')
    const app = join(out, 'app')
    const child = spawn(join(app, 'node'), [join(app, 'enclave.mjs'), '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    })
    try {
      const ready = await new Promise<string>((resolve) => {
        createInterface({ input: child.stdout }).once('line', resolve)
        child.once('exit', () => resolve('{}'))
      })
      expect(JSON.parse(ready)).toMatchObject({ ready: true, measurement: release.measurement })
      const { listenClient } = JSON.parse(readFileSync(config, 'utf8')) as { listenClient: string }
      const client = await connect({
        nodes: [`https://${listenClient}`],
        mesh: MeshId(made.mesh),
        credentials: [await readApiKey(layout.clientKey)],
      })
      const { verdict } = await client.verify()
      expect(verdict.measurement).toBe(release.measurement)
      const wallet = await createEthereum(client)
      const account = accountOf(wallet, 'ethereum')
      const signed = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
      expect(JSON.stringify(signed)).toMatch(/[0-9a-f]{64}/)
      const [node] = await client.nodes()
      expect(node?.status?.signer).toMatch(/^libsecp256k1 \(koffi/)
      client.close()
    } finally {
      child.kill('SIGTERM')
    }
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(0)
  }, 60_000)
})
