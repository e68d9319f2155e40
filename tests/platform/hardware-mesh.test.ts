import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeManifest, encodeSignedManifest, signManifest } from '@holdfast/attestation'
import { afterAll, describe, expect, it } from 'vitest'
import { genesisFields, governors } from '../attestation/mesh.ts'

const dir = mkdtempSync(join(tmpdir(), 'holdfast-hardware-'))
afterAll(() => rmSync(dir, { recursive: true }))

const main = join(import.meta.dirname, '../../packages/node/src/main.ts')

describe('a node of a hardware mesh', () => {
  it('says that this machine gives no evidence, and serves nothing', () => {
    const { simulatedRoot: _, ...fields } = genesisFields
    const manifest = encodeManifest({
      ...fields,
      kind: 'hardware',
      issuedAt: new Date(Date.now() - 1000).toISOString(),
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const signatures = governors.slice(0, 2).map(({ id, privateKey }) => ({
      governor: id,
      signature: signManifest(manifest, privateKey),
    }))
    const text = new TextDecoder().decode(encodeSignedManifest(manifest, signatures))
    writeFileSync(join(dir, 'manifest.json'), `{"manifests":[${text}]}`)
    const config = { zone: 'eu', listenClient: '127.0.0.1:0', listenMesh: '127.0.0.1:0' }
    writeFileSync(join(dir, 'node.json'), JSON.stringify(config))
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--dir', dir], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(stdout).toBe('')
    expect(stderr).toContain('"code":"no_evidence"')
    expect(status).toBe(78)
  })
})
