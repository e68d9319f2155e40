/** Governors change what a mesh trusts with offline files; what does not follow is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RefusalError } from '@holdfast/base/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measurementDelayMs } from './limits.ts'
import { createMesh } from './mesh-folder/create-mesh.ts'
import { localGovernors } from './mesh-folder/governors.ts'
import { type MeshLayout, meshLayout } from './mesh-folder/layout.ts'
import { appendManifest, readManifest } from './mesh-folder/manifest-file.ts'
import { manifestChanges } from './mesh-folder/manifest-text.ts'
import {
  type Proposal,
  propose,
  readProposal,
  signProposal,
  writeProposal,
} from './mesh-folder/proposal.ts'
import { defaultZones } from './mesh-folder/zones.ts'

const nowMs = Date.now()
let parent: string
let layout: MeshLayout
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'holdfast-manifest-'))
  const dir = join(parent, 'mesh')
  const made = { dir, name: 'test', zones: defaultZones, firstPort: 0, nowMs }
  await createMesh({ ...made, measurement: 'e5'.repeat(32) })
  layout = meshLayout(dir)
})
afterAll(() => rmSync(parent, { recursive: true }))

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}

/** New code, in force after the delay of the mesh unless another is asked for. */
const next = async (delayMs = measurementDelayMs): Promise<Proposal> => {
  const known = await readManifest(layout, nowMs)
  const notBefore = new Date(nowMs + delayMs).toISOString()
  const added = { mrEnclave: 'e6'.repeat(32), notBefore }
  return propose(known, { measurements: [...known.manifest.measurements, added] }, nowMs)
}

describe('a change of the manifest', () => {
  it('is refused with fewer signatures than the manifest before it asks for', async () => {
    const [first] = await localGovernors(layout)
    const before = readFileSync(layout.manifest, 'utf8')
    const signed = signProposal(await next(), first!)
    expect(await refusalOf(appendManifest(layout, signed, nowMs))).toBe('manifest_signature')
    expect(readFileSync(layout.manifest, 'utf8')).toBe(before)
  })

  it('lets new code wait, unless every governor signs', async () => {
    const [first, second, third] = await localGovernors(layout)
    const before = readFileSync(layout.manifest, 'utf8')
    const two = signProposal(signProposal(await next(measurementDelayMs - 1), first!), second!)
    expect(await refusalOf(appendManifest(layout, two, nowMs))).toBe('manifest_delay')
    const all = signProposal(two, third!)
    expect(await refusalOf(appendManifest(layout, all, nowMs))).toBe('ok')
    writeFileSync(layout.manifest, before)
  })

  it('takes one signature of each governor', async () => {
    const [first] = await localGovernors(layout)
    const signed = signProposal(await next(), first!)
    expect(() => signProposal(signed, first!)).toThrow('signed it already')
  })

  it('goes from file to file, is applied once, and older ones are refused after it', async () => {
    const [first, second] = await localGovernors(layout)
    const known = await readManifest(layout, nowMs)
    const file = join(parent, 'proposal.json')
    await writeProposal(file, await next())
    await writeProposal(file, signProposal(await readProposal(file), first!))
    await writeProposal(file, signProposal(await readProposal(file), second!))
    const proposal = await readProposal(file)
    expect(manifestChanges(known.manifest, proposal.manifest)).toEqual([
      {
        what: `measurement ${'e6'.repeat(32)}`,
        after: `from ${new Date(nowMs + measurementDelayMs).toISOString()}`,
      },
    ])
    const applied = await appendManifest(layout, proposal, nowMs)
    expect(applied.manifest.serial).toBe(2)
    expect((await readManifest(layout, nowMs)).hash).toBe(applied.hash)
    expect(await refusalOf(appendManifest(layout, proposal, nowMs))).toBe('manifest_chain')
    await appendManifest(layout, signProposal(signProposal(await next2(), first!), second!), nowMs)
    expect(await refusalOf(appendManifest(layout, proposal, nowMs))).toBe('manifest_rollback')
  })
})

/** Removes the code that was there first. */
const next2 = async (): Promise<Proposal> => {
  const known = await readManifest(layout, nowMs)
  return propose(known, { measurements: known.manifest.measurements.slice(1) }, nowMs)
}
