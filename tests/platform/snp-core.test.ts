/**
 * Three zones, one of them on SEV-SNP: its evidence goes the whole way from the kernel's files
 * (here played) through the core to a verifier, and its node does what the others do.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyEvidence } from '@holdfast/attestation'
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { fromHex, toBase64Url } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import { parseEvidence } from '@holdfast/base/evidence'
import { ZoneId } from '@holdfast/base/ids'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { must, signRequest } from '@holdfast/enclave/testing/core-world'
import { createRequest, send, testKey } from '@holdfast/enclave/testing/test-client'
import { createTestMesh, type TestMesh } from '@holdfast/enclave/testing/test-mesh'
import type { Machine } from '@holdfast/node/platform/machine'
import { openSnpMachine } from '@holdfast/node/platform/tsm/open-snp-machine'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chip, snpTestPolicy } from '../attestation/snp-mesh.ts'
import { ark, testRoots } from '../attestation/snp-platform.ts'
import { snpTable } from '../attestation/snp-table.ts'
import { nowMs } from '../attestation/world.ts'
import { playTsm, type TsmPlayer } from './tsm-player.ts'

const needed = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}

const dir = mkdtempSync(join(tmpdir(), 'holdfast-snp-core-'))
let player: TsmPlayer
let machine: Machine
let mesh: TestMesh
beforeAll(async () => {
  const { vcek, ask, crl, ark: root } = chip.collateral()
  player = playTsm({
    provider: 'sev_guest',
    report: chip.blank(),
    at: 0x50,
    vcekKey: chip.keyPem,
    auxiliary: snpTable({
      vcek: fromHex(vcek),
      ask: fromHex(ask),
      ark: fromHex(root),
      crl: fromHex(crl),
    }),
  })
  const opened = await openSnpMachine({
    dir,
    tsm: player.options,
    entropy: createEntropy(),
    nowMs: () => nowMs,
    logs: silentLogs,
    roots: testRoots,
  })
  machine = needed(opened)
  const { evidence } = machine
  mesh = await createTestMesh({
    machines: { 'us-east': { evidence, hash: { chipIdHash: chip.chipIdHash } } },
    manifest: { snp: snpTestPolicy, simulatedSnpRoot: toBase64Url(ark) },
  })
})
afterAll(async () => {
  await mesh.stop()
  await player.stop()
  rmSync(dir, { recursive: true })
})

describe('a mesh with a zone on SEV-SNP', () => {
  it('gives evidence of every node that verifies, also through another node', async () => {
    const nonce = new Uint8Array(32).fill(9)
    const seen = []
    for (const zone of ['eu-west', 'us-east', 'ap-south']) {
      for (const through of ['eu-west', 'us-east']) {
        const bytes = needed(await mesh.node(through).core.evidence({ zone: ZoneId(zone) }, nonce))
        const evidence = parseEvidence(bytes)
        const judged = verifyEvidence({ evidence, manifest: mesh.manifest, nowMs, nonce })
        seen.push(judged.ok ? `${zone} ${judged.value.quote.platform}` : judged.refusal)
      }
    }
    expect(seen).toEqual([
      'eu-west sgx',
      'eu-west sgx',
      'us-east snp',
      'us-east snp',
      'ap-south sgx',
      'ap-south sgx',
    ])
  })

  it('keeps wallets there and signs there', async () => {
    const alice = testKey(mesh, 'alice')
    const request = createRequest(mesh, [alice], { home: ZoneId('us-east') })
    const { core, identity } = mesh.node('us-east')
    const { wallet, durability } = must(await send<WalletAnswer>(core, request, 'enrol', [alice]))
    expect(durability.confirmed.length).toBeGreaterThanOrEqual(2)
    const signed = must(await send<SignAnswer>(core, signRequest(mesh, wallet), 'sign', [alice]))
    expect(signed.receipt.node).toMatchObject({
      zone: 'us-east',
      boot: identity.boot,
      measurement: machine.evidence.measurement,
    })
  })

  it('rotates the key of the zone whose chip is listed no longer', async () => {
    const { inventory } = mesh.manifest.manifest
    const epochs = () =>
      ['eu-west', 'us-east'].map((zone) => mesh.node(zone).core.status().zoneKey?.epoch)
    expect(epochs()).toEqual([1, 1])
    const former = { chipIdHash: 'aa'.repeat(32), zone: ZoneId('us-east') }
    mesh.govern({ inventory: [...inventory, former] })
    mesh.govern({ inventory })
    for (let round = 0; round < 40 && epochs()[1] === 1; round += 1) {
      for (const zone of ['eu-west', 'us-east', 'ap-south']) await mesh.node(zone).core.tick()
    }
    expect(epochs()).toEqual([1, 2])
  })
})
