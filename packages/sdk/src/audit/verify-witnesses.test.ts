import type { Receipt } from '@holdfast/base/answers'
import { type WitnessedHead, witnessMessage } from '@holdfast/base/audit'
import { toBase64Url } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import type { Identity } from '@holdfast/base/identity'
import { BootId, MeshId, ZoneId } from '@holdfast/base/ids'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { verifyWitnesses } from './verify-witnesses.ts'

const mesh = MeshId(`mesh_${'1'.repeat(64)}`)
const node = { zone: ZoneId('eu-west'), boot: BootId(`boot_${'1'.repeat(32)}`) }
const by = { zone: ZoneId('us-east'), boot: BootId(`boot_${'2'.repeat(32)}`) }
const privateKey = new Uint8Array(32).fill(5)
const identity = {
  zone: by.zone,
  notBefore: '2026-01-01T00:00:00Z',
  identityPublicKey: toBase64Url(ed25519.getPublicKey(privateKey)),
} as Identity

const headAt = (at: string): WitnessedHead => {
  const head = { ...node, index: 4, hash: 'ab'.repeat(32), at }
  const signature = toBase64Url(ed25519.sign(witnessMessage(mesh, head), privateKey))
  return { ...head, by, signature }
}
const good = headAt('2026-01-01T10:00:00.000Z')

const details = async (
  head: WitnessedHead,
  identityOf: () => Promise<Identity> = async () => identity,
): Promise<readonly string[]> => {
  const log = { index: 4, hash: head.hash, witnesses: [head] }
  const receipts = [{ node, request: 'cd', log } as unknown as Receipt]
  return (await verifyWitnesses({ mesh, receipts, identityOf })).map(({ detail }) => detail)
}

describe('what a receipt says that another zone has seen', () => {
  it('is taken where that zone’s enclave signed it', async () => {
    expect(await details(good)).toEqual([])
  })

  it('is refused with anything changed that was signed', async () => {
    const changes = [
      { index: 5 },
      { hash: 'ac'.repeat(32) },
      { at: '2026-01-01T10:00:00.001Z' },
      { signature: '' },
      { signature: '!' },
      { by: { ...by, zone: ZoneId('ap-south') } },
    ]
    for (const change of changes) {
      expect(await details({ ...good, ...change })).toEqual([
        expect.stringContaining('is not signed by it'),
      ])
    }
  })

  it('is refused of another log than the receipt’s', async () => {
    for (const change of [{ boot: by.boot }, { zone: by.zone }]) {
      expect(await details({ ...good, ...change })).toEqual([
        expect.stringContaining('of another log'),
      ])
    }
  })

  it('is neither good nor bad where its enclave is gone or has another identity', async () => {
    const forged = { ...good, hash: 'ac'.repeat(32) }
    const gone = () =>
      Promise.reject(new RefusalError({ code: 'unknown', detail: 'no such enclave' }))
    expect(await details(forged, gone)).toEqual([])
    const later = { ...identity, notBefore: '2026-01-01T09:59:01Z' } as Identity
    expect(await details(forged, async () => later)).toEqual([])
    const before = { ...identity, notBefore: '2026-01-01T09:59:00Z' } as Identity
    expect(await details(forged, async () => before)).toHaveLength(1)
  })
})
