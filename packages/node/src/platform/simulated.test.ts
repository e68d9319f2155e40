import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { reportDataOf } from '@holdfast/attestation'
import { collateralSchema } from '@holdfast/base/collateral'
import type { Evidence } from '@holdfast/base/evidence'
import { parseJson } from '@holdfast/base/schema'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createIdentity } from '@holdfast/enclave/identity/node-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVerifyPeer } from '../mesh/verify-peer.ts'
import { makeMeshFolder } from '../testing/mesh-folder.ts'
import { openManifests } from './manifests.ts'
import { openSimulatedMachine } from './simulated.ts'
import { createTlsIdentity } from './tls-certificate.ts'

const measurement = '5a'.repeat(32)
let folder: Awaited<ReturnType<typeof makeMeshFolder>>
beforeAll(async () => {
  folder = await makeMeshFolder(
    [
      { id: 'eu', level: 2, meshPort: 0 },
      { id: 'us', level: 1, meshPort: 0 },
    ],
    measurement,
  )
})
afterAll(() => rmSync(folder.dir, { recursive: true }))

const machineOf = (zone: string, measured = measurement) => {
  const machine = openSimulatedMachine({ dir: folder.node(zone), measurement: measured })
  if (!machine.ok) throw new Error(machine.refusal.code)
  return machine.value
}

const manifests = () => {
  const file = readFileSync(join(folder.dir, 'manifest.json'))
  const opened = openManifests(file, Date.now())
  if (!opened.ok) throw new Error(opened.refusal.code)
  return opened.value
}

/** The verdict over the certificate of a node of `zone` on the machine of `machineZone`. */
const judge = async (options: { zone: string; machineZone?: string; measured?: string }) => {
  const { zone, machineZone = zone, measured = measurement } = options
  const machine = machineOf(machineZone, measured)
  const manifest = manifests().current
  const entropy = createEntropy()
  using crypto = await createCrypto({ entropy })
  const nowMs = Date.now()
  const identity = createIdentity({
    crypto,
    entropy,
    mesh: manifest.mesh,
    manifest: manifest.hash,
    zone: manifest.manifest.zones.find(({ id }) => id === zone)!.id,
    nowMs,
  })
  const evidence: Evidence = {
    identity: identity.document,
    quote: await machine.evidence.quote(reportDataOf(identity.document)),
    collateral: parseJson(collateralSchema, await machine.evidence.collateral()),
  }
  const { key, certificate } = createTlsIdentity({ crypto, entropy, identity, evidence, nowMs })
  // OpenSSL compares the key with the certificate's.
  createSecureContext({ key, cert: certificate })
  const verify = createVerifyPeer({ manifest: () => manifest, nowMs: () => nowMs })
  const verdict = await verify(new Uint8Array(new X509Certificate(certificate).raw))
  return { verdict, boot: identity.boot }
}

describe('a simulated machine', () => {
  it('gives evidence that the verifier accepts, in a certificate of the key', async () => {
    const { verdict, boot } = await judge({ zone: 'eu' })
    expect(verdict).toMatchObject({ ok: true, value: { boot, zone: 'eu', level: 2, measurement } })
  })

  it('gives none for another zone than the inventory says, nor for other code', async () => {
    const elsewhere = await judge({ zone: 'eu', machineZone: 'us' })
    expect(elsewhere.verdict).toMatchObject({ refusal: { code: 'wrong_zone' } })
    const other = await judge({ zone: 'eu', measured: '5b'.repeat(32) })
    expect(other.verdict).toMatchObject({ refusal: { code: 'wrong_measurement' } })
  })

  it('keeps the sealed zone key whole and for its owner alone', async () => {
    const { sealing } = machineOf('eu')
    expect(await sealing.read()).toBeUndefined()
    await sealing.write(Uint8Array.of(1, 2))
    await sealing.write(Uint8Array.of(3))
    expect(await sealing.read()).toEqual(Uint8Array.of(3))
    expect(statSync(join(folder.node('eu'), 'zone-key.sealed')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.node('eu'))).not.toContain('zone-key.sealed.next')
    expect(await sealing.key()).toHaveLength(32)
  })

  it('is refused where a file that init makes is absent or wrong', () => {
    const dir = join(folder.dir, 'wrong')
    mkdirSync(dir)
    const refusal = (subject: string) => ({ refusal: { code: 'bad_configuration', subject } })
    const open = () => openSimulatedMachine({ dir, measurement })
    expect(open()).toMatchObject(refusal('platform.json'))
    writeFileSync(join(dir, 'platform.json'), '{"platform":{}}')
    expect(open()).toMatchObject(refusal('platform.json'))
    const platform = readFileSync(join(folder.node('eu'), 'platform.json'))
    writeFileSync(join(dir, 'platform.json'), platform)
    expect(open()).toMatchObject(refusal('sealing.key'))
    writeFileSync(join(dir, 'sealing.key'), 'short')
    expect(open()).toMatchObject(refusal('sealing.key'))
  })
})

describe('the chain of manifests', () => {
  it('is refused where it is none, is forged or has expired', () => {
    const text = readFileSync(join(folder.dir, 'manifest.json'), 'utf8')
    const { manifests: chain } = JSON.parse(text) as {
      manifests: { signatures: { signature: string }[] }[]
    }
    const open = (value: unknown, nowMs = Date.now()) =>
      openManifests(new TextEncoder().encode(JSON.stringify(value)), nowMs)
    expect(open({ manifests: chain }).ok).toBe(true)
    for (const value of [{}, { manifests: [] }, { manifests: [{}] }, []]) {
      expect(open(value)).toMatchObject({ refusal: { code: 'manifest_malformed' } })
    }
    const late = Date.now() + 2 * 86_400_000
    expect(open({ manifests: chain }, late)).toMatchObject({
      refusal: { code: 'manifest_expired' },
    })
    const forged = chain.map((one) => ({
      ...one,
      signatures: one.signatures.map((each) => ({
        ...each,
        // At its beginning: the last letters may be these by chance.
        signature: `${each.signature.startsWith('A') ? 'B' : 'A'}${each.signature.slice(1)}`,
      })),
    }))
    expect(open({ manifests: forged })).toMatchObject({ refusal: { code: 'manifest_signature' } })
  })
})
