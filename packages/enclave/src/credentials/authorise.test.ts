import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, concat, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { AccountId, CredentialId, PersonId, WalletId } from '@holdfast/base/ids'
import { encodePasswordProof, encodeTicket, ticketMessage } from '@holdfast/base/password-proof'
import type { Policy, Rule } from '@holdfast/base/policy'
import type { Credential } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import type { AnyCall } from '../operations/call.ts'
import { testCrypto } from '../signing/testing/sign-payload.ts'
import { softwarePasskey } from '../testing/software-passkey.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { authorise, gatherProofs, type Judgement } from './authorise.ts'
import type { PasskeyCounters } from './passkey/counters.ts'
import { isWithin } from './scope.ts'
import { verifyApiKey, verifyProofs } from './verify-proofs.ts'

const nowMs = Date.parse('2026-01-01T00:00:00.000Z')
const wallet = WalletId(`wal_${'1'.repeat(44)}`)
const account = AccountId(`acc_${'1'.repeat(32)}`)
const bytes = utf8('the very bytes of a request')
const digest = toHex(testCrypto.sha256(bytes))

const idOf = (name: string) => CredentialId.of(testCrypto.sha256(utf8(name)).subarray(0, 16))
const secretOf = (name: string) => testCrypto.sha256(utf8(`secret of ${name}`))
const challengeOf = (purpose: Purpose, of: Bytes = bytes) =>
  testCrypto.sha256(challengeInput(purpose, of))

type Algorithm = 'ed25519' | 'p256'
const apiKey = (person: string, rest: object = {}, algorithm: Algorithm = 'ed25519') => {
  const privateKey = secretOf(person)
  const publicKey = toBase64Url(testCrypto[algorithm].publicKey(privateKey))
  const credential = {
    id: idOf(`${person} ${algorithm}`),
    person: PersonId(person),
    kind: 'api-key',
    algorithm,
    publicKey,
    ...rest,
  } as Extract<Credential, { kind: 'api-key' }>
  const prove = (purpose: Purpose, over: Bytes = bytes): Authorisation => ({
    credential: credential.id,
    purpose,
    signature: toBase64Url(
      testCrypto[algorithm].sign({ message: challengeOf(purpose, over), privateKey }),
    ),
  })
  return { credential, prove }
}

const certificate = (person: string, rest: object = {}): Credential =>
  ({
    id: idOf(`${person} certificate`),
    person: PersonId(person),
    kind: 'tls-certificate',
    keyHash: 'ab'.repeat(32),
    ...rest,
  }) as Credential

type TicketFault = { readonly kind?: 'device'; readonly of?: string; readonly endsMs?: number }
const password = (person: string) => {
  const privateKey = secretOf(`${person} password`)
  const ticketKey = secretOf(`${person} ticket`)
  const credential = {
    id: idOf(`${person} password`),
    person: PersonId(person),
    kind: 'password',
    algorithm: 'ed25519',
    publicKey: toBase64Url(testCrypto.ed25519.publicKey(privateKey)),
    envelope: 'AA',
    setup: '0'.repeat(32),
    record: 'AA',
    ticketKey: toBase64Url(testCrypto.ed25519.publicKey(ticketKey)),
  } as Extract<Credential, { kind: 'password' }>
  const prove = (purpose: Purpose, fault: TicketFault = {}, signer = privateKey): Authorisation => {
    const ticket = {
      kind: fault.kind ?? 'login',
      credential: fault.of === undefined ? credential.id : idOf(fault.of),
      expiresAtMs: fault.endsMs ?? nowMs + 1,
    } as const
    const said = testCrypto.ed25519.sign({ message: ticketMessage(ticket), privateKey: ticketKey })
    const message = challengeOf(purpose)
    const signature = testCrypto.ed25519.sign({ message, privateKey: signer })
    return {
      credential: credential.id,
      purpose,
      signature: toBase64Url(encodePasswordProof(encodeTicket(ticket, said), signature)),
    }
  }
  return { credential, prove }
}

const [alice, bob] = [apiKey('alice'), apiKey('bob', {}, 'p256')]
const passkey = softwarePasskey({ person: 'carol' })
const carol = {
  credential: passkey.credential,
  prove: (of: Purpose) => passkey.authorise(of, bytes),
}
const dave = password('dave')
const everybody: readonly Credential[] = [alice, bob, carol, dave].map((one) => one.credential)

const ruleOf = (rest: Partial<Rule> = {}): Rule => ({
  id: 'rule',
  effect: 'allow',
  operations: ['*'],
  ...rest,
})
const entryOf = (credentials: readonly Credential[], ...rules: readonly Rule[]): WalletEntry => {
  const policy: Policy = { format: 'holdfast policy v1', rules: [...rules] }
  return {
    wallet: { id: wallet, policy, policyVersion: 3 },
    credentials: new Map(credentials.map((one) => [one.id, one])),
  } as unknown as WalletEntry
}

const callOf = (authorisations: readonly Authorisation[], rest: object = {}): AnyCall =>
  ({
    request: { operation: 'account.add' },
    bytes,
    authorisations,
    deadlineMs: nowMs,
    ...rest,
  }) as unknown as AnyCall

const noted = () => {
  const notes: string[] = []
  const note: PasskeyCounters['note'] = (id) => {
    notes.push(id)
    return accept(undefined)
  }
  return { notes, note }
}

const worldOf = (options: { frozen?: boolean; note?: PasskeyCounters['note'] } = {}) => {
  const log: object[] = []
  const mark = { type: 'freeze', id: 'f', person: PersonId('bob') }
  const context = {
    crypto: testCrypto,
    clock: { nowMs: () => nowMs },
    passkeys: { note: options.note ?? noted().note },
    marks: { of: () => (options.frozen === true ? [mark] : []) },
    audit: { note: (entry: object) => void log.push(entry) },
  } as unknown as Parameters<typeof authorise>[0]
  return { context, log }
}

const change: Judgement = { purpose: 'change', question: { operation: 'account.add' } }
const intent = {
  chain: 'ethereum' as const,
  kind: 'transaction' as const,
  effects: [{ type: 'transfer' as const, asset: 'native', to: '0xaa', amount: '1' }],
  details: {},
}
const signing: Judgement = {
  purpose: 'sign',
  question: { operation: 'sign', subject: { intent, account } },
}

const judged = (entry: WalletEntry, call: AnyCall, judgement = change, options = {}) => {
  const { context, log } = worldOf(options)
  const answer = authorise(context, entry, call, judgement)
  return {
    log,
    code: answer.ok ? 'ok' : answer.refusal.code,
    subject: answer.ok ? undefined : answer.refusal.subject,
    detail: answer.ok ? undefined : answer.refusal.detail,
    persons: answer.ok ? answer.value.persons : [],
  }
}
const codeOf = (...input: Parameters<typeof judged>) => judged(...input).code

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
})

describe('a request', () => {
  const entry = entryOf(everybody, ruleOf())

  it('is authorised by a proof for its purpose over its bytes', () => {
    const { code, persons, log } = judged(entry, callOf([alice.prove('change')]))
    expect([code, persons, log]).toEqual(['ok', ['alice'], []])
    expect(codeOf(entry, callOf([alice.prove('sign')]))).toBe('bad_proof')
    expect(codeOf(entry, callOf([alice.prove('change', utf8('others'))]))).toBe('bad_proof')
    expect(codeOf(entry, callOf([alice.prove('sign')]), signing)).toBe('ok')
  })

  it('of strangers is refused and not written to the log', () => {
    const strangers = [callOf([]), callOf([apiKey('eve').prove('change')])]
    for (const call of strangers) {
      const { code, log } = judged(entry, call)
      expect([code, log]).toEqual(['unauthenticated', []])
    }
  })

  it('that is denied to one who proved himself is written to the log', () => {
    const denied = entryOf(everybody, ruleOf({ effect: 'deny' }))
    expect(judged(denied, callOf([alice.prove('change')])).log).toEqual([
      {
        type: 'decided',
        at: '2026-01-01T00:00:00.000Z',
        outcome: 'denied',
        operation: 'account.add',
        wallet,
        request: digest,
        policyVersion: 3,
        persons: ['alice'],
        credentials: [alice.credential.id],
        rule: 'rule',
        code: 'policy_denied',
      },
    ])
    const none = judged(entryOf(everybody), callOf([alice.prove('change')])).log
    expect(none).toHaveLength(1)
    expect(none[0]).not.toHaveProperty('rule')
  })

  it('of a frozen wallet may look, and do nothing else', () => {
    const frozen = { frozen: true }
    const call = callOf([alice.prove('change')])
    const stopped = judged(entry, call, change, frozen)
    expect([stopped.code, stopped.subject, stopped.log.length]).toEqual(['frozen', 'bob', 1])
    for (const operation of ['wallet.show', 'audit.show'] as const) {
      const look: Judgement = { purpose: 'change', question: { operation } }
      expect(codeOf(entry, call, look, frozen)).toBe('ok')
    }
    expect(codeOf(entry, callOf([alice.prove('sign')]), signing, frozen)).toBe('frozen')
  })
})

describe('a session that was authenticated once', () => {
  const session = (rest: object = {}) => ({
    session: {
      authenticated: {
        expiresAtMs: nowMs + 1,
        wallets: [wallet],
        credentials: [alice.credential.id, bob.credential.id],
        ...rest,
      },
    },
  })
  const entry = entryOf(everybody, ruleOf({ proof: 'session', quorum: 2 }))

  it('proves its persons where the rule takes that', () => {
    const { code, persons } = judged(entry, callOf([], session()))
    expect([code, persons]).toEqual(['ok', ['alice', 'bob']])
    const fresh = entryOf(everybody, ruleOf({ quorum: 2 }))
    expect(judged(fresh, callOf([], session())).code).toBe('proof_required')
  })

  it('proves nothing when it has ended, for another wallet, or by credentials that are gone', () => {
    const one = entryOf(everybody, ruleOf({ proof: 'session' }))
    expect(codeOf(one, callOf([], session()))).toBe('ok')
    expect(codeOf(one, callOf([], session({ expiresAtMs: nowMs })))).toBe('unauthenticated')
    expect(codeOf(one, callOf([], session({ wallets: [] })))).toBe('unauthenticated')
    expect(codeOf(one, callOf([], { session: {} }))).toBe('unauthenticated')
    const revoked = entryOf([carol.credential], ruleOf({ proof: 'session' }))
    expect(codeOf(revoked, callOf([], session()))).toBe('unauthenticated')
    const expired = apiKey('alice', { expiresAt: '2025-01-01T00:00:00Z' }).credential
    expect(codeOf(entryOf([expired], ruleOf({ proof: 'session' })), callOf([], session()))).toBe(
      'unauthenticated',
    )
  })
})

describe('a client certificate', () => {
  const one = certificate('alice')
  const rule = ruleOf({ proof: 'session' })

  it('proves its person as a session does, and no more', () => {
    const call = callOf([], { certificate: one.id })
    const { code, persons } = judged(entryOf([one], rule), call)
    expect([code, persons]).toEqual(['ok', ['alice']])
    expect(codeOf(entryOf([one], ruleOf()), call)).toBe('proof_required')
    expect(codeOf(entryOf([one], { ...rule, kinds: ['tls-certificate'] }), call)).toBe('ok')
    expect(codeOf(entryOf([one], { ...rule, kinds: ['api-key'] }), call)).toBe('policy_denied')
  })

  it('proves nothing where the wallet knows none such, another kind, or an old one', () => {
    const call = callOf([], { certificate: one.id })
    expect(codeOf(entryOf([], rule), call)).toBe('unauthenticated')
    const other = { ...alice.credential, id: one.id }
    expect(codeOf(entryOf([other], rule), call)).toBe('unauthenticated')
    const old = certificate('alice', { expiresAt: '2025-01-01T00:00:00Z' })
    expect(codeOf(entryOf([old], rule), call)).toBe('unauthenticated')
    expect(codeOf(entryOf([one], rule), callOf([]))).toBe('unauthenticated')
  })
})

describe('a request that waited', () => {
  const two = entryOf(everybody, ruleOf({ quorum: 2 }))
  const waited = (...approvals: readonly Authorisation[]) => ({ waited: { approvals } })

  it('counts the approvals over its bytes, each by itself', () => {
    const own = [alice.prove('change')]
    expect(codeOf(two, callOf(own, waited(bob.prove('approve'))))).toBe('ok')
    expect(codeOf(two, callOf(own, waited(bob.prove('change'))))).toBe('quorum_not_met')
    expect(codeOf(two, callOf(own, waited(bob.prove('reject'))))).toBe('quorum_not_met')
    expect(codeOf(two, callOf(own, waited(alice.prove('approve'))))).toBe('quorum_not_met')
    const gone = apiKey('eve').prove('approve')
    expect(codeOf(two, callOf(own, waited(gone)))).toBe('quorum_not_met')
    expect(codeOf(two, callOf(own, waited(gone, bob.prove('approve'))))).toBe('ok')
    const others = bob.prove('approve', utf8('others'))
    expect(codeOf(two, callOf(own, waited(others)))).toBe('quorum_not_met')
  })

  it('does not note passkeys again that were noted when it came', () => {
    const entry = entryOf(everybody, ruleOf())
    const call = [carol.prove('change')]
    const first = noted()
    expect(codeOf(entry, callOf(call), change, first)).toBe('ok')
    expect(first.notes).toEqual([carol.credential.id])
    const again = noted()
    expect(codeOf(entry, callOf(call, waited()), change, again)).toBe('ok')
    expect(
      codeOf(two, callOf([alice.prove('change')], waited(carol.prove('approve'))), change, again),
    ).toBe('ok')
    expect(again.notes).toEqual([])
  })

  it('has every kind of proof together, its own first', () => {
    const { context } = worldOf()
    const one = certificate('erin')
    const entry = entryOf([...everybody, one])
    const call = callOf([alice.prove('change')], {
      ...waited(bob.prove('approve')),
      certificate: one.id,
      session: {
        authenticated: {
          expiresAtMs: nowMs + 1,
          wallets: [wallet],
          credentials: [dave.credential.id],
        },
      },
    })
    const gathered = gatherProofs(context, entry, call, 'change')
    expect(gathered.ok && gathered.value.map(({ person, over }) => `${person} ${over}`)).toEqual([
      'alice request',
      'bob request',
      'dave session',
      'erin session',
    ])
  })
})

describe('the scope of a credential', () => {
  const other = AccountId(`acc_${'2'.repeat(32)}`)

  it('without one is everything', () => {
    expect(isWithin(undefined, 'account.add', undefined)).toBe(true)
  })

  it('names operations', () => {
    expect(isWithin({ operations: ['account.add'] }, 'account.add', undefined)).toBe(true)
    expect(isWithin({ operations: ['account.add'] }, 'sign', account)).toBe(false)
    expect(isWithin({ operations: ['*'] }, 'sign', account)).toBe(true)
    expect(isWithin({}, 'account.add', undefined)).toBe(true)
  })

  it('names accounts, for signatures and looking alone', () => {
    const scope = { accounts: [account] }
    expect(isWithin(scope, 'sign', account)).toBe(true)
    expect(isWithin(scope, 'sign', other)).toBe(false)
    expect(isWithin(scope, 'sign', undefined)).toBe(false)
    expect(isWithin(scope, 'wallet.show', undefined)).toBe(true)
    expect(isWithin(scope, 'account.add', undefined)).toBe(false)
    const both = { accounts: [account], operations: ['*' as const] }
    expect(isWithin(both, 'account.add', undefined)).toBe(true)
    expect(isWithin(both, 'sign', other)).toBe(false)
  })

  it('is exceeded by a proof over the request, which is refused and written down', () => {
    const scoped = apiKey('alice', { scope: { operations: ['wallet.show'] } })
    const entry = entryOf([scoped.credential, bob.credential], ruleOf())
    const call = callOf([scoped.prove('change'), bob.prove('change')])
    const { code, subject, log } = judged(entry, call)
    expect([code, subject, log.length]).toEqual(['out_of_scope', scoped.credential.id, 1])
    const ofOther = apiKey('alice', { scope: { accounts: [other] } })
    const judging = codeOf(
      entryOf([ofOther.credential], ruleOf()),
      callOf([ofOther.prove('sign')]),
      signing,
    )
    expect(judging).toBe('out_of_scope')
  })

  it('makes what a session or a certificate says count for nothing beyond it', () => {
    const one = certificate('alice', { scope: { operations: ['wallet.show'] } })
    const entry = entryOf([one, bob.credential], ruleOf({ proof: 'session' }))
    expect(codeOf(entry, callOf([], { certificate: one.id }))).toBe('unauthenticated')
    const { persons } = judged(entry, callOf([bob.prove('change')], { certificate: one.id }))
    expect(persons).toEqual(['bob'])
  })
})
