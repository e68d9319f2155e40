import type { Authorisation } from '@holdfast/base/authorisation'
import { utf8 } from '@holdfast/base/bytes'
import { AccountId, PersonId } from '@holdfast/base/ids'
import type { Policy, Rule } from '@holdfast/base/policy'
import type { Credential } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import type { AnyCall } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { authorise, gatherProofs, type Judgement } from './authorise.ts'
import type { PasskeyCounters } from './passkey/counters.ts'
import { isWithin } from './scope.ts'
import {
  account,
  alice,
  apiKey,
  bob,
  bytes,
  carol,
  certificate,
  dave,
  digest,
  everybody,
  noted,
  nowMs,
  testCrypto,
  wallet,
} from './testing/provers.ts'

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

  it('proves nothing when it has ended, for another wallet, or by keys that are gone', () => {
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
    const { code, subject, detail, log } = judged(entry, call)
    expect([code, subject, log.length]).toEqual(['out_of_scope', scoped.credential.id, 1])
    expect(detail).toBe('the scope of the credential has no room')
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
