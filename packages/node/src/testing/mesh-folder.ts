/** A mesh folder as `holdfast init` makes it, for tests that start real nodes. */
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createSimulatedPlatform,
  createSimulatedRoot,
  encodeBootStatement,
  encodeManifest,
  encodeSignedManifest,
  encodeSignedStatement,
  ppidHashOf,
  signBootStatement,
  signManifest,
  simulatedCollateral,
  simulatedRootCertificate,
} from '@holdfast/attestation'
import { toBase64Url } from '@holdfast/base/bytes'
import { BootId, MeshId, ZoneId } from '@holdfast/base/ids'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'

const dayMs = 86_400_000
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export type MeshFolderZone = {
  readonly id: string
  readonly level: number
  readonly meshPort: number
  /** Written instead of what the others list. */
  readonly measurement?: string
}

/** Names the boots of the folder's nodes as they come, for as long as this process lives. */
const operate = (
  dir: string,
  of: { readonly mesh: MeshId; readonly governor: Uint8Array; readonly zones: readonly string[] },
): void => {
  let named = ''
  const look = (): void => {
    const boots = of.zones.flatMap((zone) => {
      const path = join(dir, 'nodes', zone, 'boot.json')
      if (!existsSync(path)) return []
      const { boot } = JSON.parse(readFileSync(path, 'utf8')) as { readonly boot: string }
      return [{ zone: ZoneId(zone), boot: BootId(boot) }]
    })
    const list = JSON.stringify(boots)
    if (boots.length === 0 || list === named) return
    named = list
    const statement = encodeBootStatement({
      format: 'holdfast boots v1',
      mesh: of.mesh,
      serial: 1,
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + dayMs).toISOString(),
      boots,
    })
    const signature = signBootStatement(statement, of.governor)
    const signed = encodeSignedStatement(statement, [{ governor: 'one', signature }])
    const partial = join(dir, 'boots.json.partial')
    writeFileSync(partial, signed)
    renameSync(partial, join(dir, 'boots.json'))
  }
  const timer = setInterval(() => {
    if (existsSync(dir)) look()
    else clearInterval(timer)
  }, 50)
  timer.unref()
}

/** Makes the folder; nodes listen on ports that the system chooses, but for the mesh's. */
export const makeMeshFolder = async (
  zones: readonly MeshFolderZone[],
  measurement: string,
): Promise<{ readonly dir: string; node(zone: string): string }> => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-mesh-'))
  const nowMs = Date.now()
  const at = (ms: number): string => new Date(nowMs + ms).toISOString()
  const root = createSimulatedRoot({ entropy: random, nowMs })
  const platforms = zones.map(() => createSimulatedPlatform(root, { entropy: random, nowMs }))
  using crypto = await createCrypto({ entropy: createEntropy() })
  const governor = random(32)
  const manifest = encodeManifest({
    format: 'holdfast manifest v1',
    name: 'test',
    nonce: randomBytes(32).toString('hex'),
    serial: 1,
    previous: null,
    issuedAt: at(-dayMs),
    expiresAt: at(dayMs),
    kind: 'simulated',
    simulatedRoot: toBase64Url(simulatedRootCertificate(root)),
    zones: zones.map(({ id, level }) => ({
      id: ZoneId(id),
      name: id,
      latitude: 0,
      longitude: 0,
      level,
    })),
    measurements: [{ mrEnclave: measurement, notBefore: at(-dayMs) }],
    tcb: { allowedStatuses: ['UpToDate'], minTcbEvaluationDataNumber: 0 },
    inventory: zones.map(({ id }, index) => ({
      ppidHash: ppidHashOf(platforms[index]!),
      zone: ZoneId(id),
    })),
    governors: {
      threshold: 1,
      keys: [{ id: 'one', publicKey: toBase64Url(crypto.ed25519.publicKey(governor)) }],
    },
  })
  const signature = signManifest(manifest, governor)
  const signed = encodeSignedManifest(manifest, [{ governor: 'one', signature }])
  writeFileSync(join(dir, 'manifest.json'), `{"manifests":[${new TextDecoder().decode(signed)}]}`)
  for (const [index, zone] of zones.entries()) {
    const folder = join(dir, 'nodes', zone.id)
    mkdirSync(folder, { recursive: true })
    const write = (name: string, content: object | string): void =>
      writeFileSync(
        join(folder, name),
        typeof content === 'string' ? content : JSON.stringify(content),
      )
    const others = zones.filter(({ id }) => id !== zone.id)
    write('node.json', {
      zone: zone.id,
      listenClient: '127.0.0.1:0',
      listenPlain: '127.0.0.1:0',
      listenMesh: `127.0.0.1:${zone.meshPort}`,
      listenManagement: '127.0.0.1:0',
      listenKmip: '127.0.0.1:0',
      peers: Object.fromEntries(others.map(({ id, meshPort }) => [id, `127.0.0.1:${meshPort}`])),
      manifest: '../../manifest.json',
    })
    const collateral = simulatedCollateral(root, { nowMs })
    write('platform.json', { platform: platforms[index]!, collateral })
    write('sealing.key', randomBytes(32).toString('hex'))
  }
  const mesh = MeshId.of(new Uint8Array(createHash('sha256').update(manifest).digest()))
  operate(dir, { mesh, governor, zones: zones.map(({ id }) => id) })
  return { dir, node: (zone) => join(dir, 'nodes', zone) }
}
