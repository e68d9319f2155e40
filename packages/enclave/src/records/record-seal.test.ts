import { utf8 } from '@holdfast/base/bytes'
import { MeshId, ZoneId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import { oneZoneKey } from '../zone-key/zone-keys.ts'
import type { RecordName } from './names.ts'
import { openRecord, type SealContext, sealRecord } from './record-seal.ts'

const entropy = createEntropy()
let crypto: Crypto & Disposable
let context: SealContext

const name = 'wallet/one' as RecordName
const payload = utf8('a document')
const version = { epoch: 3, version: 7 }

beforeAll(async () => {
  crypto = await createCrypto({ entropy })
  const secret = crypto.secret(32)
  secret.use((bytes) => entropy.fill(bytes))
  context = {
    crypto,
    mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
    zone: ZoneId('eu-west'),
    zoneKeys: oneZoneKey({ epoch: 1, secret }),
  }
})
afterAll(() => crypto[Symbol.dispose]())

const seal = () => sealRecord({ ...context, entropy }, { name, version, payload })

describe('a sealed record', () => {
  it('opens under its own name, with its version', () => {
    expect(openRecord(context, name, seal())).toEqual({ version, payload })
  })

  it('is other bytes every time', () => {
    expect(seal()).not.toEqual(seal())
  })

  it('opens under no other name, zone, mesh or key', () => {
    const sealed = seal()
    expect(openRecord(context, 'wallet/two' as RecordName, sealed)).toBeUndefined()
    const elsewhere = { ...context, zone: ZoneId('us-east') }
    expect(openRecord(elsewhere, name, sealed)).toBeUndefined()
    const other = { ...context, mesh: MeshId(`mesh_${'cd'.repeat(32)}`) }
    expect(openRecord(other, name, sealed)).toBeUndefined()
    const secret = crypto.secretFrom(entropy.bytes(32))
    expect(
      openRecord({ ...context, zoneKeys: oneZoneKey({ epoch: 1, secret }) }, name, sealed),
    ).toBeUndefined()
  })

  it('opens with no byte changed, its version included, and not when cut short', () => {
    const sealed = seal()
    for (let index = 0; index < sealed.length; index += 1) {
      const flipped = Uint8Array.from(sealed)
      flipped[index]! ^= 1
      expect(openRecord(context, name, flipped)).toBeUndefined()
      expect(openRecord(context, name, sealed.subarray(0, index))).toBeUndefined()
    }
  })

  it('shows nothing of what it holds', () => {
    const text = Buffer.from(seal()).toString('latin1')
    expect(text).not.toContain('document')
    expect(text).not.toContain('wallet')
  })
})
