import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import type { ApprovalAnswer } from '@holdfast/sdk'
import { describe, expect, it } from 'vitest'
import { approvalText } from './approval-text.ts'

const node = { zone: 'eu-west', boot: `boot_${'1'.repeat(32)}`, measurement: '1'.repeat(64) }
const said = { person: 'alice', credential: `crd_${'1'.repeat(32)}`, at: '2026-01-01T00:00:00Z' }
const request = 'ab'.repeat(32)

const text = (operation: object, rest: object): string =>
  approvalText({
    node,
    approval: {
      wallet: `wal_${'1'.repeat(44)}`,
      request,
      operation: 'policy.change',
      state: 'waiting',
      takenAt: '2026-01-01T00:00:00Z',
      expiresAt: '2026-01-02T00:00:00Z',
      bytes: toBase64Url(utf8(JSON.stringify(operation))),
      needs: [{ rule: 'changes', quorum: 2, persons: ['alice', 'bob'], have: ['alice'] }],
      approved: [],
      rejected: [],
      ...rest,
    },
  } as unknown as ApprovalAnswer)

const change = {
  operation: 'policy.change',
  mesh: `mesh_${'1'.repeat(64)}`,
  expiresAt: '2026-01-02T00:00:00Z',
  wallet: `wal_${'1'.repeat(44)}`,
  base: { epoch: 1, version: 1 },
  policy: {
    format: 'holdfast policy v1',
    changes: { quorum: 2, delayMs: 86_400_000 },
    rules: [{ id: 'pay', effect: 'allow', operations: ['sign'], persons: ['alice'] }],
  },
}

describe('what a person reads before he gives his word', () => {
  it('is the new policy in plain words, and who is still needed', () => {
    expect(text(change, {}).split('\n')).toEqual([
      `${request}  policy.change  waiting`,
      '  rules        pay: alice may sign (transfers and messages).',
      '               Everything else is denied; a rule that denies wins over every rule that ' +
        'allows.',
      '               These rules are loosened by 2 owners, after 24 hours, unless any owner ' +
        'cancels it; any owner tightens them at once.',
      '  needs        2 of alice, bob (changes); so far alice',
      '  expires      2026-01-02T00:00:00Z',
    ])
  })

  it('is the request itself where it has no other words, and never more than was asked', () => {
    const other = { operation: 'wallet.unfreeze', freezes: [] }
    expect(text(other, {})).toContain(`  asks         ${JSON.stringify(other)}`)
  })

  it('is the signature that came of it', () => {
    const decoded = {
      chain: 'solana',
      kind: 'message',
      effects: [{ type: 'message' }],
      details: {},
    }
    const receipt = {
      request,
      wallet: change.wallet,
      epoch: 1,
      version: 1,
      policyVersion: 1,
      rule: 'pay',
      persons: ['alice'],
      node,
      at: '2026-01-01T00:00:00Z',
      log: { index: 1, hash: request, witnesses: [] },
    }
    const signed = { kind: 'solana.signature', signature: 'cd'.repeat(64) }
    const done = { state: 'done', decoded, approved: [said], answer: { signed, decoded, receipt } }
    expect(text({}, done).split('\n').slice(1)).toEqual([
      '  would        a message',
      '  approved by  alice',
      `  signature    ${'cd'.repeat(64)}`,
    ])
  })
})
