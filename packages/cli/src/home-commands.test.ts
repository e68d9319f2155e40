/** Governors write and sign statements on homes offline; a node judges what comes out. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { verifyHomeStatement } from '@holdfast/attestation'
import { ZoneId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localGovernors } from './mesh-folder/governors.ts'
import { homeProposals, proposeHomes } from './mesh-folder/home-proposal.ts'
import type { MeshLayout } from './mesh-folder/layout.ts'
import { readManifest } from './mesh-folder/manifest-file.ts'
import { signedStatement } from './mesh-folder/statement-proposal.ts'
import { defaultZones } from './mesh-folder/zones.ts'
import { codeOf, makeMeshFolder } from './testing/mesh-folder.ts'

const nowMs = Date.now()
const times = { nowMs, lifetimeMs: 3_600_000 }
let parent: string
let layout: MeshLayout
beforeAll(async () => {
  ;({ parent, layout } = await makeMeshFolder(nowMs))
})
afterAll(() => rmSync(parent, { recursive: true }))

const zones = defaultZones.map(({ id }) => ZoneId(id))
const move = { founder: zones[0]!, home: zones[1]! }

describe('a statement on homes', () => {
  it('is good once as many governors have signed its file as the manifest asks for', async () => {
    const manifest = await readManifest(layout, nowMs)
    const [first, second] = await localGovernors(layout)
    const path = join(parent, 'move.json')
    await homeProposals.write(path, proposeHomes(manifest, { moves: [move], givenUp: [] }, times))
    const once = homeProposals.sign(await homeProposals.read(path), first!)
    await homeProposals.write(path, once)
    const judge = async () => {
      const file = await homeProposals.read(path)
      const verified = verifyHomeStatement(signedStatement(file), manifest, nowMs)
      return verified.ok ? verified.value : verified.refusal.code
    }
    expect(await judge()).toBe('statement_signature')
    expect(await codeOf(() => homeProposals.sign(once, first!))).toBe('conflict')
    await homeProposals.write(path, homeProposals.sign(await homeProposals.read(path), second!))
    expect(await judge()).toMatchObject({ moves: [move], givenUp: [], serial: 1 })
  })

  it('is refused after its time, and for another manifest', async () => {
    const manifest = await readManifest(layout, nowMs)
    let file = proposeHomes(manifest, { moves: [], givenUp: [zones[2]!] }, times)
    for (const governor of await localGovernors(layout)) file = homeProposals.sign(file, governor)
    const late = verifyHomeStatement(signedStatement(file), manifest, nowMs + 2 * times.lifetimeMs)
    expect(late).toMatchObject({ refusal: { code: 'expired' } })
    const next = { ...manifest, manifest: { ...manifest.manifest, serial: 2 } }
    const other = verifyHomeStatement(signedStatement(file), next, nowMs)
    expect(other).toMatchObject({ refusal: { code: 'wrong_manifest' } })
  })

  it('says something, and nothing twice or against itself', async () => {
    const manifest = await readManifest(layout, nowMs)
    const propose = (said: Parameters<typeof proposeHomes>[1]) =>
      codeOf(() => proposeHomes(manifest, said, times))
    expect(await propose({ moves: [], givenUp: [] })).toBe('invalid_field')
    expect(await propose({ moves: [move, move], givenUp: [] })).toBe('invalid_field')
    expect(await propose({ moves: [move], givenUp: [move.home] })).toBe('invalid_field')
    expect(await propose({ moves: [move], givenUp: [move.founder] })).toBe('ok')
    expect(await propose({ moves: [move], givenUp: [], lost: [move.home] })).toBe('invalid_field')
    expect(await propose({ moves: [], givenUp: [], lost: [move.home, move.home] })).toBe(
      'invalid_field',
    )
  })

  it('may name a lost zone that the manifest lists no longer', async () => {
    const manifest = await readManifest(layout, nowMs)
    const lost = [ZoneId('burned-down')]
    let file = proposeHomes(manifest, { moves: [], givenUp: [], lost }, times)
    for (const governor of await localGovernors(layout)) file = homeProposals.sign(file, governor)
    const verified = verifyHomeStatement(signedStatement(file), manifest, nowMs)
    expect(verified).toMatchObject({ ok: true, value: { lost } })
  })
})
