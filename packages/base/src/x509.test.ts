import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, toHex } from './bytes.ts'
import * as der from './der.ts'
import { attempt } from './errors.ts'
import * as x509 from './x509.ts'
import { authorityOf, parseCertificate, parseCrl } from './x509-reader.ts'

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const edwards = generateKeyPairSync('ed25519')
const spkiOf = (key: KeyObject): Uint8Array =>
  new Uint8Array(key.export({ format: 'der', type: 'spki' }))

const signers = {
  'ecdsa-p256-sha256': {
    spki: spkiOf(p256.publicKey),
    sign: (tbs: Uint8Array) =>
      new Uint8Array(sign('sha256', tbs, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' })),
  },
  ed25519: {
    spki: spkiOf(edwards.publicKey),
    sign: (tbs: Uint8Array) => new Uint8Array(sign(null, tbs, edwards.privateKey)),
  },
} as const

const name: x509.Name = { commonName: 'zone eu', organization: 'Holdfast', country: 'NL' }
const notBeforeMs = Date.parse('2026-01-02T03:04:05Z')

const build = (algorithm: x509.SignatureAlgorithm): Uint8Array =>
  x509.buildCertificate({
    serial: Uint8Array.of(0x80, 1, 2),
    issuer: name,
    subject: name,
    notBeforeMs,
    notAfterMs: Date.parse('2051-01-01T00:00:00Z'),
    spki: signers[algorithm].spki,
    extensions: [
      x509.basicConstraints({ ca: true, pathLength: 0 }),
      x509.keyUsage('keyCertSign', 'cRLSign'),
      x509.extendedKeyUsage('serverAuth', 'clientAuth'),
      x509.subjectAltName({ dns: ['node.example'], ip: [Uint8Array.of(127, 0, 0, 1)] }),
      x509.subjectKeyIdentifier(Uint8Array.of(1, 2, 3)),
    ],
    algorithm,
    sign: signers[algorithm].sign,
  })

describe('certificates', () => {
  for (const algorithm of ['ecdsa-p256-sha256', 'ed25519'] as const) {
    it(`of ${algorithm} are read and verified by OpenSSL`, () => {
      const certificate = new X509Certificate(build(algorithm))
      expect(certificate.verify(certificate.publicKey)).toBe(true)
      expect(certificate.ca).toBe(true)
      expect(certificate.subject).toBe('CN=zone eu\nO=Holdfast\nC=NL')
      expect(certificate.serialNumber).toBe('800102')
      expect(certificate.subjectAltName).toBe('DNS:node.example, IP Address:127.0.0.1')
      expect(certificate.validFrom).toBe('Jan  2 03:04:05 2026 GMT')
      expect(certificate.validTo).toBe('Jan  1 00:00:00 2051 GMT')
    })

    it(`of ${algorithm} are read back as they were written`, () => {
      const parsed = parseCertificate(build(algorithm))
      expect(parsed.serial).toBe('800102')
      expect(parsed.notBeforeMs).toBe(notBeforeMs)
      expect(toHex(parsed.spki)).toBe(toHex(signers[algorithm].spki))
      expect(authorityOf(parsed)).toEqual({ ca: true, pathLength: 0 })
      expect(parsed.extensions.map(({ critical }) => critical)).toEqual([
        true,
        true,
        false,
        false,
        false,
      ])
    })
  }

  it('are refused with bytes behind them, or cut anywhere', () => {
    const whole = build('ed25519')
    expect(attempt(() => parseCertificate(concat(whole, Uint8Array.of(0)))).ok).toBe(false)
    for (let length = 0; length < whole.length; length += 1) {
      expect(attempt(() => parseCertificate(whole.slice(0, length))).ok).toBe(false)
    }
  })

  it('never break the parser, whatever the bytes', () => {
    const whole = build('ecdsa-p256-sha256')
    const mutation = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = whole.slice()
        for (const { at, byte } of mutations) bytes[at] = byte
        attempt(() => parseCertificate(bytes))
        attempt(() => parseCrl(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(attempt(() => parseCertificate(bytes)).ok).toBe(false)
      }),
    )
  })
})

describe('CRLs', () => {
  it('are read back with their dates and serial numbers', () => {
    const crl = parseCrl(
      x509.buildCrl({
        issuer: name,
        thisUpdateMs: notBeforeMs,
        nextUpdateMs: notBeforeMs + 86_400_000,
        crlNumber: 7,
        revoked: [{ serial: '00ff01', atMs: notBeforeMs }],
        extensions: [],
        algorithm: 'ed25519',
        sign: signers.ed25519.sign,
      }),
    )
    expect([...crl.revoked]).toEqual(['ff01'])
    expect(crl.nextUpdateMs - crl.thisUpdateMs).toBe(86_400_000)
  })
})

describe('DER', () => {
  it('reads every integer, identifier and time as it was written', () => {
    const read = (bytes: Uint8Array) => der.readElements(bytes)[0]
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (value) => {
        expect(der.readInteger(read(der.integer(value)))).toBe(value)
      }),
    )
    const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 31), { maxLength: 8 }))
    fc.assert(
      fc.property(arcs, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join('.')
        expect(der.readOid(read(der.oid(dotted)))).toBe(dotted)
      }),
    )
    const seconds = fc.integer({ min: -631_152_000, max: 253_402_300_799 })
    fc.assert(
      fc.property(seconds, (second) => {
        expect(der.readTime(read(der.time(second * 1000)))).toBe(second * 1000)
      }),
    )
  })

  it('refuses what has a shorter encoding', () => {
    const refused = (...bytes: number[]) =>
      !attempt(() => der.readOnly(Uint8Array.from(bytes), 4)).ok
    expect(refused(4, 0x81, 1, 0)).toBe(true)
    expect(refused(4, 0x80, 0, 0)).toBe(true)
    expect(refused(4, 0x82, 0, 1, 0)).toBe(true)
    expect(refused(4, 1, 0, 0)).toBe(true)
    expect(refused(4, 1, 0)).toBe(false)
    const integer = (...content: number[]) =>
      attempt(() =>
        der.readInteger(der.readElements(Uint8Array.of(2, content.length, ...content))[0]),
      )
    expect(integer(0, 1).ok).toBe(false)
    expect(integer(0x80).ok).toBe(false)
    expect(integer().ok).toBe(false)
    expect(integer(0, 0x80)).toEqual({ ok: true, value: 128n })
  })
})
