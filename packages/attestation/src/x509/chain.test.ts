import { equalBytes } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import * as x509 from '@holdfast/base/x509'
import { parseCertificate } from '@holdfast/base/x509-reader'
import { p256 } from '@noble/curves/nist.js'
import { describe, expect, it } from 'vitest'
import { parsePemChain, toPemChain } from '../pem.ts'
import { p256Point, p256Signer } from '../simulated/p256.ts'
import { checkChain, checkCrl } from './chain.ts'
import { intelProfile } from './profiles.ts'

const nowMs = Date.parse('2026-11-22T12:00:00Z')
const dayMs = 86_400_000
const keyOf = (name: string) => p256.keygen(new Uint8Array(48).fill(name.charCodeAt(0))).secretKey

type Changes = Partial<Parameters<typeof x509.buildCertificate>[0]>

const authority = (pathLength?: number) => [
  x509.basicConstraints({ ca: true, ...(pathLength === undefined ? {} : { pathLength }) }),
  x509.keyUsage('keyCertSign', 'cRLSign'),
]
const leafExtensions = [x509.basicConstraints({ ca: false }), x509.keyUsage('digitalSignature')]

const certify = (subject: string, issuer: string, changes: Changes = {}): Uint8Array =>
  x509.buildCertificate({
    serial: Uint8Array.of(subject.charCodeAt(0)),
    issuer: { commonName: issuer },
    subject: { commonName: subject },
    notBeforeMs: nowMs - dayMs,
    notAfterMs: nowMs + dayMs,
    spki: x509.p256Spki(p256Point(keyOf(subject))),
    extensions: subject === 'leaf' ? leafExtensions : authority(),
    algorithm: 'ecdsa-p256-sha256',
    sign: p256Signer(keyOf(issuer)),
    ...changes,
  })

const root = certify('root', 'root')
const middle = certify('middle', 'root')
const leaf = certify('leaf', 'middle')

const profile = { ...intelProfile, signaturesElsewhere: false }
const isRoot = (der: Uint8Array): boolean => equalBytes(der, root)

const codeOf = (...chain: Uint8Array[]): string => {
  const result = attempt(() => checkChain(chain, { isRoot, profile, nowMs, what: 'test' }))
  return result.ok ? 'accepted' : result.refusal.code
}

describe('a chain of certificates', () => {
  it('is accepted where names, authority, usage and dates hold', () => {
    expect(codeOf(leaf, middle, root)).toBe('accepted')
  })

  it('is refused when it is empty, in disorder or ends in another root', () => {
    expect(codeOf()).toBe('chain_malformed')
    expect(codeOf(leaf, root)).toBe('chain_invalid')
    expect(codeOf(middle, leaf, root)).toBe('chain_invalid')
    expect(codeOf(leaf, middle)).toBe('unknown_root')
    expect(codeOf(leaf, middle, certify('root', 'root', { serial: Uint8Array.of(1) }))).toBe(
      'unknown_root',
    )
  })

  it('is refused where a certificate is signed by another key than its issuer’s', () => {
    const forged = certify('leaf', 'middle', { sign: p256Signer(keyOf('root')) })
    expect(codeOf(forged, middle, root)).toBe('chain_invalid')
    const self = certify('middle', 'root', { sign: p256Signer(keyOf('middle')) })
    expect(codeOf(leaf, self, root)).toBe('chain_invalid')
  })

  it('is refused where an issuer is no authority, and where a leaf is one', () => {
    const plain = certify('middle', 'root', { extensions: leafExtensions })
    expect(codeOf(leaf, plain, root)).toBe('chain_invalid')
    const silent = certify('middle', 'root', { extensions: [x509.keyUsage('keyCertSign')] })
    expect(codeOf(leaf, silent, root)).toBe('chain_invalid')
    const great = certify('leaf', 'middle', { extensions: authority() })
    expect(codeOf(great, middle, root)).toBe('chain_invalid')
  })

  it('is refused where an authority may not sign certificates, or a leaf anything', () => {
    const usage = [x509.basicConstraints({ ca: true }), x509.keyUsage('cRLSign')]
    expect(codeOf(leaf, certify('middle', 'root', { extensions: usage }), root)).toBe(
      'chain_invalid',
    )
    const mute = [x509.basicConstraints({ ca: false })]
    expect(codeOf(certify('leaf', 'middle', { extensions: mute }), middle, root)).toBe(
      'chain_invalid',
    )
  })

  it('is refused where it is longer than an authority allows', () => {
    const low = certify('low', 'middle')
    const deep = certify('leaf', 'low')
    expect(codeOf(deep, low, middle, root)).toBe('accepted')
    const short = certify('middle', 'root', { extensions: authority(0) })
    expect(codeOf(deep, low, short, root)).toBe('chain_invalid')
    expect(codeOf(leaf, short, root)).toBe('accepted')
  })

  it('is refused with a critical extension that is not known, and accepted with others', () => {
    const unknown = { oid: '1.2.3.4', value: Uint8Array.of(5, 0) }
    const critical = [...leafExtensions, { ...unknown, critical: true }]
    expect(codeOf(certify('leaf', 'middle', { extensions: critical }), middle, root)).toBe(
      'chain_invalid',
    )
    const ordinary = [...leafExtensions, unknown]
    expect(codeOf(certify('leaf', 'middle', { extensions: ordinary }), middle, root)).toBe(
      'accepted',
    )
  })

  it('is refused with keys that are not of P-256', () => {
    const spki = x509.ed25519Spki(new Uint8Array(32))
    expect(codeOf(certify('leaf', 'middle', { spki }), middle, root)).toBe('chain_invalid')
  })

  it('is refused before and after the dates of any certificate', () => {
    const old = { notBeforeMs: nowMs - 2 * dayMs, notAfterMs: nowMs - dayMs }
    const early = { notBeforeMs: nowMs + dayMs, notAfterMs: nowMs + 2 * dayMs }
    expect(codeOf(certify('leaf', 'middle', old), middle, root)).toBe('collateral_expired')
    expect(codeOf(leaf, certify('middle', 'root', old), root)).toBe('collateral_expired')
    expect(codeOf(certify('leaf', 'middle', early), middle, root)).toBe('collateral_not_yet_valid')
  })
})

describe('a CRL', () => {
  const crl = (changes: Partial<Parameters<typeof x509.buildCrl>[0]> = {}) =>
    x509.buildCrl({
      issuer: { commonName: 'middle' },
      thisUpdateMs: nowMs - dayMs,
      nextUpdateMs: nowMs + dayMs,
      crlNumber: 1,
      revoked: [],
      extensions: [],
      algorithm: 'ecdsa-p256-sha256',
      sign: p256Signer(keyOf('middle')),
      ...changes,
    })
  const judge = (der: Uint8Array, issuer = middle): string => {
    const options = { issuer: parseCertificate(issuer), profile, nowMs, what: 'test' }
    const result = attempt(() => checkCrl(der, options))
    return result.ok ? 'accepted' : result.refusal.code
  }

  it('is accepted from its issuer while it is in force', () => {
    expect(judge(crl())).toBe('accepted')
  })

  it('is refused from another issuer or with another’s signature', () => {
    expect(judge(crl({ issuer: { commonName: 'root' } }))).toBe('collateral_mismatch')
    expect(judge(crl({ sign: p256Signer(keyOf('root')) }))).toBe('collateral_signature')
    const usage = [x509.basicConstraints({ ca: true }), x509.keyUsage('keyCertSign')]
    const mute = certify('middle', 'root', { extensions: usage })
    expect(judge(crl(), mute)).toBe('collateral_signature')
  })

  it('is refused before and after its dates, and where it cannot be parsed', () => {
    expect(judge(crl({ nextUpdateMs: nowMs - 1000 }))).toBe('collateral_expired')
    expect(judge(crl({ thisUpdateMs: nowMs + 1000 }))).toBe('collateral_not_yet_valid')
    expect(judge(crl().slice(0, -1))).toBe('collateral_malformed')
    expect(judge(new Uint8Array())).toBe('collateral_malformed')
  })
})

describe('a PEM chain', () => {
  const text = toPemChain([leaf, root])
  const reads = (untrusted: string, terminated = false) =>
    attempt(() => parsePemChain(untrusted, { terminated })).ok

  it('is read with or without its last line feed, and with a NUL where that is allowed', () => {
    expect(parsePemChain(text)).toEqual([leaf, root])
    expect(reads(text.slice(0, -1))).toBe(true)
    expect(reads(`${text}\0`, true)).toBe(true)
    expect(reads(`${text}\0`)).toBe(false)
    expect(reads(`${text}\0\0`, true)).toBe(false)
  })

  it('is refused with anything else in it, or in another form of the same', () => {
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      `${text}x`,
      text.replaceAll('\n', '\r\n'),
      text.replace('-----\n-----', '-----\n\n-----'),
      text.replace('CERTIFICATE-----\n', 'CERTIFICATE-----'),
      text.replace('BEGIN', 'begin'),
      text.replace(/(\n.{60})(.{4})\n/, '$1\n$2'),
    ]) {
      expect(reads(other)).toBe(false)
    }
  })
})
