import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import { identityBytesMax } from '@holdfast/base/limits'
import { nearlyBytes, wrongInOnePlace } from '@holdfast/base/testing/nearly'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeIdentity, parseIdentity, reportDataOf } from './identity.ts'

const bytes = (length: number): string => toBase64Url(new Uint8Array(length).fill(7))
const identity = {
  format: 'holdfast identity v1',
  mesh: `mesh_${'ab'.repeat(32)}`,
  manifest: 'cd'.repeat(32),
  zone: 'eu-west',
  boot: `boot_${'ef'.repeat(16)}`,
  notBefore: '2026-11-22T12:00:00Z',
  notAfter: '2026-11-23T12:00:00Z',
  tlsPublicKey: bytes(91),
  sealingPublicKey: bytes(32),
  identityPublicKey: bytes(32),
}
const document = encodeIdentity(identity as never)
const codeOf = (untrusted: Uint8Array): string => {
  const parsed = parseIdentity(untrusted)
  return parsed.ok ? 'ok' : parsed.refusal.code
}

describe('an identity document', () => {
  it('is read as it was written', () => {
    expect(parseIdentity(document)).toEqual({ ok: true, value: identity })
  })

  it('is refused with one field that is unknown or of another type', () => {
    for (const [path, wrong] of wrongInOnePlace(identity)) {
      expect(codeOf(utf8(JSON.stringify(wrong))), path).toBe('identity_malformed')
    }
  })

  it('is refused with a key of another length, and over its limit', () => {
    for (const name of ['tlsPublicKey', 'sealingPublicKey', 'identityPublicKey']) {
      for (const length of [0, 31, 33, 90, 92]) {
        const wrong = { ...identity, [name]: bytes(length) }
        expect(codeOf(utf8(JSON.stringify(wrong))), name).toBe('identity_malformed')
      }
    }
    const padded = utf8(`${' '.repeat(identityBytesMax)}${JSON.stringify(identity)}`)
    expect(codeOf(padded)).toBe('identity_malformed')
  })

  it('is refused where it ends before it begins, or lives longer than it may', () => {
    for (const notAfter of ['2026-11-22T12:00:00Z', '2026-11-23T12:00:00.001Z', 'tomorrow']) {
      expect(codeOf(utf8(JSON.stringify({ ...identity, notAfter }))), notAfter).toBe(
        'identity_malformed',
      )
    }
  })

  it('that is nearly one is refused, or has other report data', () => {
    const own = reportDataOf(document)
    fc.assert(
      fc.property(nearlyBytes(document), (other) => {
        if (codeOf(other) === 'ok' && !Buffer.from(other).equals(document)) {
          expect(reportDataOf(other)).not.toEqual(own)
        }
      }),
      { numRuns: 300 },
    )
  })
})
