import type { Authorisation, Purpose } from '@holdfast/base/authorisation'
import { concat, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { encodePasswordProof } from '@holdfast/base/password-proof'
import type { Credential } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { softwarePasskey } from '../testing/software-passkey.ts'
import type { PasskeyCounters } from './passkey/counters.ts'
import { verifyPassword } from './password/verify-password.ts'
import {
  alice,
  apiKey,
  bob,
  bytes,
  carol,
  certificate,
  challengeOf,
  dave,
  everybody,
  noted,
  nowMs,
  secretOf,
  type TicketFault,
  testCrypto,
} from './testing/provers.ts'
import { verifyApiKey, verifyProofs } from './verify-proofs.ts'

describe('a proof', () => {
  const proofs = (
    authorisations: readonly Authorisation[],
    credentials: readonly Credential[] = everybody,
    purpose: Purpose = 'change',
  ) =>
    verifyProofs({
      crypto: testCrypto,
      credentials: new Map(credentials.map((one) => [one.id, one])),
      purpose,
      request: bytes,
      authorisations,
      passkeys: noted(),
      nowMs,
    })
  const refusal = (...input: Parameters<typeof proofs>) => {
    const verified = proofs(...input)
    return verified.ok ? 'ok' : [verified.refusal.code, verified.refusal.subject].join(' ')
  }

  it.each([
    ['an Ed25519 key', alice],
    ['a P-256 key', bob],
    ['a passkey', carol],
    ['a password', dave],
  ])('by %s names its person, its kind, and that it is over the request', (_kind, one) => {
    const { id, person, kind } = one.credential
    expect(proofs([one.prove('change')])).toEqual(
      accept([{ person, credential: id, kind, over: 'request' }]),
    )
  })

  it('is none where there is no authorisation', () => {
    expect(proofs([])).toEqual(accept([]))
  })

  it.each([
    ['an Ed25519 key', alice],
    ['a P-256 key', bob],
    ['a passkey', carol],
    ['a password', dave],
  ])('by %s is for one purpose alone', (_kind, { credential, prove }) => {
    for (const purpose of ['sign', 'approve', 'read', 'enrol', 'session', 'dry-run'] as const) {
      expect(refusal([prove(purpose)])).toBe(`bad_proof ${credential.id}`)
      // Another name on the signature of the first purpose does not help either.
      expect(refusal([{ ...prove(purpose), purpose: 'change' }])).not.toBe('ok')
    }
  })

  it('of a credential that the wallet does not know, or that has expired, is refused', () => {
    const stranger = apiKey('eve')
    expect(refusal([stranger.prove('change')])).toBe(`unauthenticated ${stranger.credential.id}`)
    const times = [
      ['2025-12-31T23:59:59.999Z', 'unauthenticated'],
      ['2026-01-01T00:00:00.000Z', 'unauthenticated'],
      ['2026-01-01T00:00:00.001Z', 'ok'],
    ] as const
    for (const [expiresAt, expected] of times) {
      const { credential, prove } = apiKey('alice', { expiresAt })
      const said = refusal([prove('change')], [credential])
      expect(said).toBe(expected === 'ok' ? 'ok' : `${expected} ${credential.id}`)
    }
  })

  it('that is wrong refuses the request, however many others are right', () => {
    const wrong = { ...bob.prove('change'), signature: alice.prove('change').signature }
    expect(refusal([alice.prove('change'), wrong])).toBe(`bad_proof ${bob.credential.id}`)
    expect(refusal([alice.prove('change'), bob.prove('change')])).toBe('ok')
  })

  it('of a passkey carries its own reason, and is noted with its counter', () => {
    const key = softwarePasskey({ person: 'carol', counter: () => 7 })
    const input = {
      crypto: testCrypto,
      credentials: new Map([[key.credential.id, key.credential as Credential]]),
      purpose: 'change' as const,
      request: bytes,
      nowMs,
    }
    const seen: unknown[] = []
    const authorisations = [key.authorise('change', bytes)]
    const note: PasskeyCounters['note'] = (...told) => {
      seen.push(...told)
      return accept(undefined)
    }
    expect(verifyProofs({ ...input, authorisations, passkeys: { note } }).ok).toBe(true)
    expect(seen).toEqual([
      key.credential.id,
      { counter: 7, backedUp: false },
      authorisations[0]?.signature,
    ])
    const fell = () => refuse('passkey_counter_fell', 'x')
    const refused = verifyProofs({ ...input, authorisations, passkeys: { note: fell } })
    expect(refused).toMatchObject({ refusal: { code: 'passkey_counter_fell' } })
    const over = [key.authorise('change', utf8('others'))]
    const elsewhere = verifyProofs({ ...input, authorisations: over, passkeys: noted() })
    expect(elsewhere).toMatchObject({
      refusal: { code: 'passkey_wrong_challenge', subject: key.credential.id },
    })
  })

  it('of a password names a login of this credential that is still good', () => {
    const cases: readonly (readonly [TicketFault, string])[] = [
      [{ endsMs: nowMs + 1 }, 'ok'],
      [{ endsMs: nowMs }, 'login_required'],
      [{ kind: 'device' }, 'login_required'],
      [{ of: 'another password' }, 'login_required'],
    ]
    for (const [fault, expected] of cases) {
      const said = refusal([dave.prove('change', fault)])
      expect(said).toBe(expected === 'ok' ? 'ok' : `${expected} ${dave.credential.id}`)
    }
    const forged = { ...dave.credential, ticketKey: dave.credential.publicKey }
    expect(refusal([dave.prove('change')], [forged])).toBe(`login_required ${forged.id}`)
    const short = { ...dave.credential, ticketKey: 'AAAA' }
    expect(refusal([dave.prove('change')], [short])).toBe(`login_required ${short.id}`)
    const unreadable = { ...dave.prove('change'), signature: 'AAAA' }
    expect(refusal([unreadable])).toBe(`bad_proof ${dave.credential.id}`)
    const other = dave.prove('change', {}, secretOf('other'))
    expect(refusal([other])).toBe(`bad_proof ${dave.credential.id}`)
    const noKey = { ...dave.credential, publicKey: 'A' }
    expect(refusal([dave.prove('change')], [noKey])).toBe(`bad_proof ${noKey.id}`)
    const garbled = encodePasswordProof(Uint8Array.of(1, 2), new Uint8Array(64))
    const noTicket = { ...dave.prove('change'), signature: toBase64Url(garbled) }
    expect(refusal([noTicket])).toBe(`login_required ${dave.credential.id}`)
  })

  it('of a password that enrols needs no login, since there was none', () => {
    const proof = dave.prove('enrol', { endsMs: 0 })
    expect(refusal([proof], everybody, 'enrol')).toBe('ok')
    const other = dave.prove('enrol', { endsMs: 0 }, secretOf('other'))
    expect(refusal([other], everybody, 'enrol')).toBe(`bad_proof ${dave.credential.id}`)
  })

  it('is never given by a certificate', () => {
    const one = certificate('alice')
    const said = { credential: one.id, purpose: 'change' as const, signature: '' }
    expect(refusal([said], [one])).toBe(`bad_proof ${one.id}`)
  })

  it('by a key is a signature of 64 bytes by a key of its algorithm’s length', () => {
    const challenge = challengeOf('change')
    const { signature } = alice.prove('change')
    const holds = (key: object, text: string) =>
      verifyApiKey(testCrypto, { ...alice.credential, ...key }, challenge, text)
    expect(holds({}, signature)).toBe(true)
    expect(holds({}, '')).toBe(false)
    expect(holds({}, '!')).toBe(false)
    expect(holds({}, signature.slice(0, -2))).toBe(false)
    expect(holds({ publicKey: 'AAAA' }, signature)).toBe(false)
    expect(holds({ publicKey: '!' }, signature)).toBe(false)
    expect(holds({ publicKey: bob.credential.publicKey }, signature)).toBe(false)
    expect(holds({ algorithm: 'p256' }, signature)).toBe(false)
    const long = toBase64Url(concat(new Uint8Array(64), Uint8Array.of(1)))
    expect(holds({}, long)).toBe(false)
    const wide = toBase64Url(testCrypto.p256.publicKey(secretOf('bob')))
    expect(holds({ publicKey: wide }, signature)).toBe(false)
  })

  it('of another length reaches no library, whatever that would make of it', () => {
    const verify = () => true
    const { ed25519, p256 } = testCrypto
    const gullible = {
      ...testCrypto,
      ed25519: { ...ed25519, verify },
      p256: { ...p256, verify },
    }
    const challenge = challengeOf('change')
    const cut = (text: string) => toBase64Url(fromBase64Url(text).subarray(1))
    for (const { credential, prove } of [alice, bob]) {
      const { signature } = prove('change')
      const holds = (key: object, text: string) =>
        verifyApiKey(gullible, { ...credential, ...key }, challenge, text)
      expect(holds({}, signature)).toBe(true)
      expect(holds({}, cut(signature))).toBe(false)
      expect(holds({ publicKey: cut(credential.publicKey) }, signature)).toBe(false)
    }
    const login = encodePasswordProof(new Uint8Array(), new Uint8Array(64))
    const holds = (key: object, proof: Uint8Array) =>
      verifyPassword(
        gullible,
        { ...dave.credential, ...key },
        challenge,
        toBase64Url(proof),
        undefined,
      ).ok
    expect(holds({}, login)).toBe(true)
    expect(holds({}, encodePasswordProof(new Uint8Array(), new Uint8Array(63)))).toBe(false)
    expect(holds({ publicKey: cut(dave.credential.publicKey) }, login)).toBe(false)
  })

  it('that is refused says why', () => {
    const told = (...input: Parameters<typeof proofs>) => {
      const verified = proofs(...input)
      return verified.ok ? 'ok' : verified.refusal.detail
    }
    const one = certificate('alice')
    const silent = { credential: one.id, purpose: 'change' as const, signature: '' }
    const old = apiKey('alice', { expiresAt: '2025-01-01T00:00:00Z' })
    const forged = { ...alice.prove('change'), signature: bob.prove('change').signature }
    const cases = [
      [[silent], [one], 'a credential of this kind signs no requests'],
      [[forged], everybody, 'the signature of the authorisation does not verify'],
      [[silent], everybody, 'the wallet does not know this credential'],
      [[old.prove('change')], [old.credential], 'the credential has expired'],
      [[alice.prove('sign')], everybody, 'the proof must be for the purpose change'],
      [
        [{ ...dave.prove('change'), signature: '' }],
        everybody,
        'the proof of a password cannot be read',
      ],
      [
        [dave.prove('change', { endsMs: 0 })],
        everybody,
        'the proof names no login that is still good',
      ],
      [
        [dave.prove('change', {}, secretOf('other'))],
        everybody,
        'the signature of the request key does not verify',
      ],
    ] as const
    for (const [given, credentials, detail] of cases) {
      expect(told(given, credentials)).toBe(detail)
    }
  })
})
