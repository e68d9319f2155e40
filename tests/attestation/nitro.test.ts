import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type NitroInput, verifyNitro } from '@holdfast/attestation'
import { toHex } from '@holdfast/base/bytes'
import { basicConstraints, keyUsage } from '@holdfast/base/x509'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'cborg'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedPath } from '../support/shared.ts'
import { craft } from './craft.ts'
import { dayMs, nowMs } from './world.ts'

const folder = sharedPath('attestation', 'nitro')
const codeOf = (input: NitroInput): string => {
  const result = verifyNitro(input)
  return result.ok ? 'accepted' : result.refusal.code
}

describe.skipIf(folder === undefined)('a real AWS Nitro document', () => {
  const read = (name: string) =>
    new Uint8Array(readFileSync(`${folder}/${name}-attestation-doc.cbor`))
  const atMs = 1_665_651_482_136
  const real = (): NitroInput => ({ document: read('valid'), nowMs: atMs })

  it('is accepted at its own time under AWS’s root', () => {
    const result = verifyNitro(real())
    expect(result).toMatchObject({
      ok: true,
      value: {
        document: { moduleId: 'i-020b6af9246d90e92-enc0183d09086c24190', timestampMs: atMs },
        collateralExpiresAtMs: Date.parse('2022-10-13T11:58:02Z'),
      },
    })
  })

  it('is refused today, and before its certificate was issued', () => {
    expect(codeOf({ ...real(), nowMs })).toBe('collateral_expired')
    expect(codeOf({ ...real(), nowMs: atMs - dayMs })).toBe('collateral_not_yet_valid')
  })

  it('is refused from an enclave in debug mode', () => {
    expect(codeOf({ document: read('debug-mode'), nowMs: 1_665_582_606_081 })).toBe('debug_enclave')
  })

  it('is refused with any byte flipped', () => {
    const whole = real()
    for (let offset = 0; offset < whole.document.length; offset += 11) {
      const document = whole.document.slice()
      document[offset] = document[offset]! ^ (1 << (offset % 8))
      expect([offset, verifyNitro({ ...whole, document }).ok]).toEqual([offset, false])
    }
  })

  it('is refused with trailing bytes and cut', () => {
    const { document } = real()
    const longer = new Uint8Array([...document, 0])
    expect(codeOf({ ...real(), document: longer })).toBe('quote_trailing_bytes')
    expect(codeOf({ ...real(), document: document.slice(0, -1) })).toBe('quote_malformed')
  })

  it('is refused under another root, with other PCRs or another nonce', () => {
    expect(codeOf({ ...real(), root: '00'.repeat(32) })).toBe('unknown_root')
    const verified = verifyNitro(real())
    if (!verified.ok) throw new Error('refused')
    const { pcrs, nonce } = verified.value.document
    expect(codeOf({ ...real(), pcrs, nonce: nonce! })).toBe('accepted')
    for (const index of pcrs.keys()) {
      const other = new Map([[index, 'ff'.repeat(48)]])
      expect(codeOf({ ...real(), pcrs: other })).toBe('wrong_measurement')
    }
    expect(codeOf({ ...real(), nonce: new Uint8Array(32) })).toBe('wrong_nonce')
  })
})

describe('a Nitro document under a root made here', () => {
  const pair = (): { publicKey: KeyObject; privateKey: KeyObject } =>
    generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const [top, leaf] = [pair(), pair()]
  const root = craft({
    subject: 'root',
    issuer: 'root',
    key: top.publicKey,
    issuerKey: top.privateKey,
    extensions: [basicConstraints({ ca: true }), keyUsage('keyCertSign')],
  })
  const certificate = craft({
    subject: 'leaf',
    issuer: 'root',
    key: leaf.publicKey,
    issuerKey: top.privateKey,
    extensions: [basicConstraints({ ca: false }), keyUsage('digitalSignature')],
  })
  const pcr = new Uint8Array(48).fill(1)
  const header = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)

  const documentOf = (changes: Record<string, unknown> = {}, protectedHeader = header) => {
    const payload = encode({
      module_id: 'i-1',
      digest: 'SHA384',
      timestamp: nowMs,
      pcrs: new Map([0, 1, 2].map((index) => [index, pcr])),
      certificate,
      cabundle: [root],
      public_key: null,
      user_data: null,
      nonce: null,
      ...changes,
    })
    const signed = encode(['Signature1', protectedHeader, new Uint8Array(), payload])
    const mark = sign('sha384', signed, { key: leaf.privateKey, dsaEncoding: 'ieee-p1363' })
    return encode([protectedHeader, new Map(), payload, new Uint8Array(mark)])
  }
  const judge = (changes: Record<string, unknown> = {}, input: Partial<NitroInput> = {}) =>
    codeOf({ document: documentOf(changes), nowMs, root: toHex(sha256(root)), ...input })

  it('is accepted', () => {
    expect(judge()).toBe('accepted')
    expect(judge({ nonce: Uint8Array.of(7) }, { nonce: Uint8Array.of(7) })).toBe('accepted')
  })

  it('is refused with each field missing, unknown or of another form', () => {
    for (const changes of [
      { module_id: '' },
      { digest: 'SHA256' },
      { timestamp: -1 },
      { timestamp: 'now' },
      { pcrs: new Map() },
      { pcrs: new Map([[32, pcr]]) },
      { pcrs: new Map([[0, pcr.slice(1)]]) },
      { cabundle: [] },
      { certificate: null },
      { public_key: new Uint8Array(1025) },
      { user_data: new Uint8Array(513) },
      { nonce: new Uint8Array(0) },
      { more: 1 },
    ]) {
      expect([Object.keys(changes), judge(changes)]).toEqual([
        Object.keys(changes),
        'quote_malformed',
      ])
    }
    const document = documentOf({}, Uint8Array.of(0xa1, 0x01, 0x26))
    expect(judge({}, { document })).toBe('quote_unsupported')
  })

  it('is refused where any of PCR0 to PCR2 is zero or PCR0 is missing', () => {
    for (const index of [0, 1, 2]) {
      const pcrs = new Map([0, 1, 2].map((at) => [at, at === index ? new Uint8Array(48) : pcr]))
      expect(judge({ pcrs })).toBe('debug_enclave')
    }
    expect(judge({ pcrs: new Map([[3, pcr]]) })).toBe('debug_enclave')
  })

  it('is refused when it is too old, and when it is of later', () => {
    expect(judge({ timestamp: nowMs - 60_000 }, { maxAgeMs: 60_000 })).toBe('accepted')
    expect(judge({ timestamp: nowMs - 60_001 }, { maxAgeMs: 60_000 })).toBe('collateral_expired')
    expect(judge({ timestamp: nowMs + 60_001 })).toBe('collateral_not_yet_valid')
  })

  it('is refused where its certificate is not of the chain', () => {
    expect(judge({ cabundle: [root, root] })).toBe('chain_invalid')
    expect(judge({ certificate: root })).toBe('chain_invalid')
    expect(judge({ cabundle: [certificate] })).toBe('unknown_root')
  })

  it('never breaks the parser, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (document) => {
        expect(verifyNitro({ document, nowMs }).ok).toBe(false)
      }),
    )
  })
})
