/** Governors write and sign statements on homes offline; a node judges what comes out. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyHomeStatement } from '@holdfast/attestation'
import { RefusalError } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMesh } from './mesh-folder/create-mesh.ts'
import { localGovernors } from './mesh-folder/governors.ts'
import {
  proposeHomes,
  readHomeProposal,
  signedHomes,
  signHomeProposal,
  writeHomeProposal,
} from './mesh-folder/home-proposal.ts'
import { type MeshLayout, meshLayout } from './mesh-folder/layout.ts'
import { readManifest } from './mesh-folder/manifest-file.ts'
import { defaultZones } from './mesh-folder/zones.ts'

const nowMs = Date.now()
const times = { nowMs, lifetimeMs: 3_600_000 }
let parent: string
let layout: MeshLayout
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'holdfast-homes-'))
  const dir = join(parent, 'mesh')
  const made = { dir, name: 'test', zones: defaultZones, firstPort: 0, nowMs }
  await createMesh({ ...made, measurement: 'e5'.repeat(32) })
  layout = meshLayout(dir)
})
afterAll(() => rmSync(parent, { recursive: true }))

const zones = defaultZones.map(({ id }) => ZoneId(id))
const move = { founder: zones[0]!, home: zones[1]! }

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'ok'
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}

describe('a statement on homes', () => {
  it('is good once as many governors have signed its file as the manifest asks for', async () => {
    const manifest = await readManifest(layout, nowMs)
    const [first, second] = await localGovernors(layout)
    const path = join(parent, 'move.json')
    await writeHomeProposal(path, proposeHomes(manifest, { moves: [move], givenUp: [] }, times))
    const once = signHomeProposal(await readHomeProposal(path), first!)
    await writeHomeProposal(path, once)
    const judge = async () => {
      const file = await readHomeProposal(path)
      const verified = verifyHomeStatement(signedHomes(file), manifest, nowMs)
      return verified.ok ? verified.value : verified.refusal.code
    }
    expect(await judge()).toBe('statement_signature')
    expect(codeOf(() => signHomeProposal(once, first!))).toBe('conflict')
    await writeHomeProposal(path, signHomeProposal(await readHomeProposal(path), second!))
    expect(await judge()).toMatchObject({ moves: [move], givenUp: [], serial: 1 })
  })

  it('is refused after its time, and for another manifest', async () => {
    const manifest = await readManifest(layout, nowMs)
    let file = proposeHomes(manifest, { moves: [], givenUp: [zones[2]!] }, times)
    for (const governor of await localGovernors(layout)) file = signHomeProposal(file, governor)
    const late = verifyHomeStatement(signedHomes(file), manifest, nowMs + 2 * times.lifetimeMs)
    expect(late).toMatchObject({ refusal: { code: 'expired' } })
    const next = { ...manifest, manifest: { ...manifest.manifest, serial: 2 } }
    const other = verifyHomeStatement(signedHomes(file), next, nowMs)
    expect(other).toMatchObject({ refusal: { code: 'wrong_manifest' } })
  })

  it('says something, and nothing twice or against itself', async () => {
    const manifest = await readManifest(layout, nowMs)
    const propose = (said: Parameters<typeof proposeHomes>[1]) =>
      codeOf(() => proposeHomes(manifest, said, times))
    expect(propose({ moves: [], givenUp: [] })).toBe('invalid_field')
    expect(propose({ moves: [move, move], givenUp: [] })).toBe('invalid_field')
    expect(propose({ moves: [move], givenUp: [move.home] })).toBe('invalid_field')
    expect(propose({ moves: [move], givenUp: [move.founder] })).toBe('ok')
  })
})
