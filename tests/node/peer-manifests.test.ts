/** Manifests that a peer hands on are judged as those from the file, and kept. */
import { encodeManifest, encodeSignedManifest, signManifest } from '@holdfast/attestation'
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import type { Manifest } from '@holdfast/base/manifest'
import { createLogs } from '@holdfast/node/logs'
import { holdManifest } from '@holdfast/node/platform/manifest-holder'
import { openManifests } from '@holdfast/node/platform/manifests'
import { createPeerManifests } from '@holdfast/node/platform/reload-manifest'
import { describe, expect, it } from 'vitest'
import { genesis, genesisFields, governors } from '../attestation/mesh.ts'
import { nowMs } from '../attestation/world.ts'

const sign = (manifest: Manifest, by = governors.slice(0, 2)): Uint8Array => {
  const bytes = encodeManifest(manifest)
  const signatures = by.map(({ id, privateKey }) => ({
    governor: id,
    signature: signManifest(bytes, privateKey),
  }))
  return encodeSignedManifest(bytes, signatures)
}

const chainOf = (...signed: readonly Uint8Array[]): Uint8Array =>
  utf8(JSON.stringify({ manifests: signed.map((one): unknown => JSON.parse(fromUtf8(one))) }))

const first = sign(genesisFields)
const second: Manifest = {
  ...genesisFields,
  serial: 2,
  previous: genesis.hash,
  issuedAt: '2026-11-20T00:00:00Z',
}

const open = () => {
  const opened = openManifests(chainOf(first), nowMs)
  if (!opened.ok) throw new Error(opened.refusal.code)
  const manifests = holdManifest(opened.value)
  const file = { json: chainOf(first), writes: 0 }
  const judged: number[] = []
  const peers = createPeerManifests({
    manifests,
    mesh: {
      renewVerdicts: async () => void judged.push(manifests.settled().manifest.serial),
    },
    logs: createLogs({ level: 'error', write: () => undefined }),
    nowMs: () => nowMs,
    read: () => file.json,
    write: (json) => {
      file.json = json
      file.writes += 1
    },
  })
  const take = async (...untrusted: readonly Uint8Array[]): Promise<string> => {
    const taken = await peers.take(untrusted)
    return taken.ok ? String(taken.value) : taken.refusal.code
  }
  return { manifests, file, judged, peers, take }
}

describe('manifests that a peer hands on', () => {
  it('are refused where governors did not sign them, or where they do not follow', async () => {
    const { manifests, file, take } = open()
    expect(await take(sign(second, governors.slice(0, 1)))).toBe('manifest_signature')
    expect(await take(sign({ ...second, previous: '00'.repeat(32) }))).toBe('manifest_chain')
    expect(await take(sign(genesisFields))).toBe('manifest_chain')
    expect(await take(utf8('{}'))).toBe('manifest_malformed')
    expect(manifests.current().manifest.serial).toBe(1)
    expect(file.writes).toBe(0)
  })

  it('are kept, and the core works by them once every link was judged by them', async () => {
    const { manifests, file, judged, peers, take } = open()
    expect(await take(sign(second))).toBe('true')
    expect(judged).toEqual([1, 1])
    expect(manifests.settled().manifest.serial).toBe(2)
    expect(openManifests(file.json, nowMs)).toMatchObject({
      value: { current: { earlier: [genesis.hash] } },
    })
    expect(peers.after(1, 9).map(fromUtf8)).toEqual([
      JSON.stringify(JSON.parse(fromUtf8(sign(second)))),
    ])
    expect(peers.after(2, 9)).toEqual([])
  })
})
