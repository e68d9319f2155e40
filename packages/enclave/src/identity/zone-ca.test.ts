import { X509Certificate } from 'node:crypto'
import { MeshId, ZoneId } from '@holdfast/base/ids'
import { zoneCaMessage } from '@holdfast/base/zone-ca'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import { createIdentity } from './node-identity.ts'
import { createZoneCa, signZoneCa } from './zone-ca.ts'

const entropy = createEntropy()
const mesh = MeshId(`mesh_${'ab'.repeat(32)}`)
const zone = ZoneId('eu-west')
const nowMs = Date.parse('2026-11-22T12:00:00Z')
let crypto: Crypto & Disposable

const ca = (seed: number, epoch = 1) =>
  createZoneCa({
    crypto,
    entropy,
    mesh,
    zone,
    zoneKey: { epoch, secret: crypto.secretFrom(new Uint8Array(32).fill(seed)) },
  })

beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())

const identity = () =>
  createIdentity({ crypto, entropy, mesh, manifest: 'cd'.repeat(32), zone, nowMs })

describe('the CA of a zone', () => {
  it('is the same certificate at every boot, and another under another zone key', () => {
    expect(ca(1).certificate).toEqual(ca(1).certificate)
    expect(ca(1).certificate).not.toEqual(ca(2).certificate)
    expect(ca(1).certificate).not.toEqual(ca(1, 2).certificate)
  })

  it('issues server certificates that end with the identity and that its own verifies', () => {
    const authority = ca(1)
    const root = new X509Certificate(authority.certificate)
    const leaf = new X509Certificate(
      authority.issue({
        publicKey: identity().tlsPublicKey,
        notAfterMs: identity().notAfterMs,
        dns: ['localhost'],
        ip: [Uint8Array.of(127, 0, 0, 1)],
        nowMs,
      }),
    )
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.validToDate.getTime()).toBe(nowMs + 86_400_000)
  })

  it('is covered by the evidence through the signature of the identity', () => {
    const node = identity()
    const { certificate } = ca(1)
    const signature = signZoneCa(crypto, node, { mesh, zone, certificate })
    const publicKey = node.signing.use((privateKey) => crypto.ed25519.publicKey(privateKey))
    const verify = (of: Uint8Array): boolean =>
      crypto.ed25519.verify({ message: zoneCaMessage(mesh, zone, of), signature, publicKey })
    expect(verify(certificate)).toBe(true)
    expect(verify(ca(2).certificate)).toBe(false)
  })
})
