/** Governors change what a mesh trusts with offline files; what does not follow is refused. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measurementDelayMs } from './limits.ts'
import { localGovernors } from './mesh-folder/governors.ts'
import type { MeshLayout } from './mesh-folder/layout.ts'
import { appendManifest, readManifest } from './mesh-folder/manifest-file.ts'
import {
  type ManifestProposal,
  manifestProposals,
  propose,
} from './mesh-folder/manifest-proposal.ts'
import { manifestChanges } from './mesh-folder/manifest-text.ts'
import { type PlatformOptions, platformChange } from './mesh-folder/platform-change.ts'
import { defaultZones } from './mesh-folder/zones.ts'
import { codeOf, makeMeshFolder } from './testing/mesh-folder.ts'

const { sign } = manifestProposals
const nowMs = Date.now()
let parent: string
let layout: MeshLayout
beforeAll(async () => {
  ;({ parent, layout } = await makeMeshFolder(nowMs))
})
afterAll(() => rmSync(parent, { recursive: true }))

/** New code, in force after the delay of the mesh unless another is asked for. */
const next = async (delayMs = measurementDelayMs): Promise<ManifestProposal> => {
  const known = await readManifest(layout, nowMs)
  const notBefore = new Date(nowMs + delayMs).toISOString()
  const added = { mrEnclave: 'e6'.repeat(32), notBefore }
  return propose(known, { measurements: [...known.manifest.measurements, added] }, nowMs)
}

describe('a change of the manifest', () => {
  it('is refused with fewer signatures than the manifest before it asks for', async () => {
    const [first] = await localGovernors(layout)
    const before = readFileSync(layout.manifest, 'utf8')
    const signed = sign(await next(), first!)
    expect(await codeOf(() => appendManifest(layout, signed, nowMs))).toBe('manifest_signature')
    expect(readFileSync(layout.manifest, 'utf8')).toBe(before)
  })

  it('lets new code wait, unless every governor signs', async () => {
    const [first, second, third] = await localGovernors(layout)
    const before = readFileSync(layout.manifest, 'utf8')
    const two = sign(sign(await next(measurementDelayMs - 1), first!), second!)
    expect(await codeOf(() => appendManifest(layout, two, nowMs))).toBe('manifest_delay')
    const all = sign(two, third!)
    expect(await codeOf(() => appendManifest(layout, all, nowMs))).toBe('ok')
    writeFileSync(layout.manifest, before)
  })

  it('takes one signature of each governor', async () => {
    const [first] = await localGovernors(layout)
    const signed = sign(await next(), first!)
    expect(() => sign(signed, first!)).toThrow('signed it already')
  })

  it('goes from file to file, is applied once, and older ones are refused after it', async () => {
    const [first, second] = await localGovernors(layout)
    const known = await readManifest(layout, nowMs)
    const file = join(parent, 'proposal.json')
    await manifestProposals.write(file, await next())
    await manifestProposals.write(file, sign(await manifestProposals.read(file), first!))
    await manifestProposals.write(file, sign(await manifestProposals.read(file), second!))
    const proposal = await manifestProposals.read(file)
    expect(manifestChanges(known.manifest, proposal.content)).toEqual([
      {
        what: `measurement ${'e6'.repeat(32)}`,
        after: `from ${new Date(nowMs + measurementDelayMs).toISOString()}`,
      },
    ])
    const applied = await appendManifest(layout, proposal, nowMs)
    expect(applied.manifest.serial).toBe(2)
    expect((await readManifest(layout, nowMs)).hash).toBe(applied.hash)
    expect(await codeOf(() => appendManifest(layout, proposal, nowMs))).toBe('manifest_chain')
    await appendManifest(layout, sign(sign(await next2(), first!), second!), nowMs)
    expect(await codeOf(() => appendManifest(layout, proposal, nowMs))).toBe('manifest_rollback')
  })
})

describe('what a proposal says of platforms', () => {
  const chipIdHash = 'c1'.repeat(32)
  const change = async (options: PlatformOptions) => {
    const { manifest } = await readManifest(layout, nowMs)
    return platformChange(options, manifest, parent)
  }
  const policy = {
    minTcb: { Milan: { bootloader: 3, tee: 0, snp: 8, microcode: 115 } },
    minGuestSvn: 0,
    maxVmpl: 0,
    allowSmt: true,
    allowMigrationAgent: false,
  }

  it('lists a chip with what is asked of it, and shows both', async () => {
    const zone = defaultZones[1]!.id
    writeFileSync(join(parent, 'snp.json'), JSON.stringify(policy))
    const known = await readManifest(layout, nowMs)
    const next = await change({ addChip: [`${zone}=${chipIdHash}`], snpPolicy: 'snp.json' })
    const { content: manifest } = propose(known, next, nowMs)
    expect(manifest.inventory.at(-1)).toEqual({ chipIdHash, zone })
    expect(manifestChanges(known.manifest, manifest)).toContainEqual({
      what: `SEV-SNP chip ${chipIdHash}`,
      after: `of ${zone}`,
    })
    expect(manifestChanges(known.manifest, manifest)).toContainEqual({
      what: 'SEV-SNP on Milan at least',
      after: 'bootloader 3, tee 0, snp 8, microcode 115',
    })
    const removed = await platformChange({ removePlatform: chipIdHash }, manifest, parent)
    expect(removed.inventory).toEqual(known.manifest.inventory)
  })

  it('refuses a chip without a policy, of no zone, of another form and listed twice', async () => {
    const zone = defaultZones[0]!.id
    const chip = `${zone}=${chipIdHash}`
    expect(await codeOf(() => change({ addChip: [chip] }))).toBe('missing_field')
    writeFileSync(join(parent, 'loose.json'), JSON.stringify({ ...policy, maxVmpl: 4 }))
    const loose = { addChip: [chip], snpPolicy: 'loose.json' }
    expect(await codeOf(() => change(loose))).not.toBe('ok')
    const snpPolicy = 'snp.json'
    for (const addChip of [[`nowhere=${chipIdHash}`], [chipIdHash], [chip, chip]]) {
      expect(await codeOf(() => change({ addChip, snpPolicy }))).not.toBe('ok')
    }
    expect(await codeOf(() => change({ addChip: [chip], snpPolicy }))).toBe('ok')
    expect(await codeOf(() => change({ removePlatform: chipIdHash }))).toBe('invalid_field')
  })
})

/** Removes the code that was there first. */
const next2 = async (): Promise<ManifestProposal> => {
  const known = await readManifest(layout, nowMs)
  return propose(known, { measurements: known.manifest.measurements.slice(1) }, nowMs)
}
