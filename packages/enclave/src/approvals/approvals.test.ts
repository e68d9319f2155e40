import type { ApprovalAnswer, ApprovalListAnswer, DryRunAnswer } from '@holdfast/base/answers'
import type { Purpose } from '@holdfast/base/authorisation'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, recipient, signRequest } from '../testing/core-world.ts'
import { expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
let carol: TestKey
let bot: TestKey
let wallet: Wallet
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const core = (zone: string): Core => mesh.node(zone).core
const hourMs = 3_600_000

const policy: Policy = {
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs: 0 },
  rules: [
    {
      id: 'two-of-three',
      effect: 'allow',
      operations: ['sign'],
      persons: ['alice', 'bob', 'carol'].map(PersonId),
      quorum: 2,
    },
  ],
}

/** A request whose bytes stay the same for a day. */
const spend = (rest: object = {}): Uint8Array =>
  utf8(
    JSON.stringify(
      signRequest(mesh, wallet, { wait: true, expiresAt: expiresAt(mesh, 24 * hourMs), ...rest }),
    ),
  )
const hashOf = (bytes: Uint8Array): string => toHex(mesh.crypto.sha256(bytes))
const ask = (bytes: Uint8Array, keys: readonly TestKey[], zone = 'eu-west') =>
  send(core(zone), bytes, 'sign', keys)
const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, wallet, operation, rest)
const decide = (
  bytes: Uint8Array,
  key: TestKey,
  options: {
    zone?: string
    word?: 'approve' | 'reject'
    purpose?: Purpose
    over?: Uint8Array
  } = {},
) => {
  const { zone = 'eu-west', word = 'approve', purpose = word, over = bytes } = options
  const proofs = [key.authorise(purpose, over)]
  const decision = request(`approval.${word}`, { request: hashOf(bytes), proofs })
  return send<ApprovalAnswer>(core(zone), decision, word, [])
}
const show = async (bytes: Uint8Array, zone = 'eu-west', key = alice) =>
  must(
    await send<ApprovalAnswer>(
      core(zone),
      request('approval.show', { request: hashOf(bytes) }),
      'read',
      [key],
    ),
  ).approval

beforeEach(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  bob = testKey(mesh, 'bob', 'p256')
  carol = testKey(mesh, 'carol')
  bot = testKey(mesh, 'bot')
  const keys = [alice, bob, carol, bot]
  const created = await enrolWallet(mesh, keys, {
    policy,
    persons: keys.map(({ credential: { person } }) => ({ id: person, owner: person !== 'bot' })),
  })
  wallet = created.wallet
})
afterEach(() => mesh.stop())

describe('a request that lacks persons', () => {
  it('is refused as before where it does not say that it waits', async () => {
    const bytes = spend({ wait: undefined, expiresAt: expiresAt(mesh) })
    expect(codeOf(await ask(bytes, [alice]))).toBe('quorum_not_met')
    const far = spend({ wait: undefined })
    expect(codeOf(await ask(far, [alice]))).toBe('expiry_too_far')
  })

  it('waits, asked at any zone, and its bytes are answered once enough have approved', async () => {
    const bytes = spend()
    expect(codeOf(await ask(bytes, [alice], 'ap-south'))).toBe('waiting')
    expect(codeOf(await ask(bytes, [alice]))).toBe('waiting')
    const { approval } = must(await decide(bytes, bob, { zone: 'us-east' }))
    expect(approval.state).toBe('done')
    expect(approval.approved).toMatchObject([{ person: 'bob' }])
    const answer = must(await ask(bytes, [alice], 'ap-south')) as {
      receipt: { persons: string[]; rule: string; request: string }
    }
    expect(answer.receipt).toMatchObject({
      persons: ['alice', 'bob'],
      rule: 'two-of-three',
      request: hashOf(bytes),
    })
    expect(approval.answer).toMatchObject({ receipt: { request: hashOf(bytes) } })
  })

  it('shows what would be signed, who is needed and who has spoken', async () => {
    const bytes = spend()
    await ask(bytes, [bot])
    const shown = await show(bytes, 'us-east', carol)
    expect(shown.decoded?.effects).toMatchObject([
      { type: 'transfer', to: recipient.replace(/aa$/, 'AA'), amount: '1000' },
    ])
    expect(shown.needs).toEqual([
      { rule: 'two-of-three', quorum: 2, persons: ['alice', 'bob', 'carol'], have: [] },
    ])
    must(await decide(bytes, carol))
    expect((await show(bytes)).needs[0]?.have).toEqual(['carol'])
    const list = must(
      await send<ApprovalListAnswer>(core('ap-south'), request('approval.list'), 'read', [bot]),
    )
    expect(list.approvals).toMatchObject([{ request: hashOf(bytes), state: 'waiting' }])
  })

  it('may come from who counts for nothing himself', async () => {
    const bytes = spend()
    expect(codeOf(await ask(bytes, [bot]))).toBe('waiting')
    expect(must(await decide(bytes, alice)).approval.state).toBe('waiting')
    expect(must(await decide(bytes, carol)).approval.state).toBe('done')
  })

  it('counts persons once, however often they approve', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    expect(must(await decide(bytes, alice)).approval.state).toBe('waiting')
    expect(must(await decide(bytes, alice)).approval.approved).toHaveLength(1)
    expect(codeOf(await ask(bytes, [alice]))).toBe('waiting')
  })

  it('takes no approval of other bytes, of another purpose or of who is not counted', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    const other = spend({ intent: `int_${'9a'.repeat(16)}` })
    expect(codeOf(await decide(bytes, bob, { over: other }))).toBe('bad_proof')
    expect(codeOf(await decide(bytes, bob, { purpose: 'sign' }))).toBe('bad_proof')
    expect(codeOf(await decide(bytes, bot))).toBe('policy_denied')
    expect(codeOf(await decide(bytes, testKey(mesh, 'mallory')))).toBe('unauthenticated')
    expect(codeOf(await decide(other, bob))).toBe('unknown')
    expect((await show(bytes)).approved).toEqual([])
  })

  it('is ended by one rejection', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    expect(must(await decide(bytes, carol, { word: 'reject' })).approval.state).toBe('rejected')
    expect(codeOf(await ask(bytes, [alice, bob]))).toBe('rejected')
    expect(must(await decide(bytes, bob)).approval.state).toBe('rejected')
  })

  it('may be taken back by who asked', async () => {
    const bytes = spend()
    await ask(bytes, [bot])
    expect(must(await decide(bytes, bot, { word: 'reject' })).approval.state).toBe('rejected')
  })

  it('expires, and no approval brings it back', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    mesh.advance(25 * hourMs)
    expect(codeOf(await decide(bytes, bob))).toBe('expired')
    expect(codeOf(await ask(bytes, [alice]))).toBe('expired')
    expect((await show(bytes)).state).toBe('expired')
  })

  it('is judged again when it is released: what froze or was denied since stands', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    must(await send(core('us-east'), request('wallet.freeze'), 'change', [carol]))
    expect(must(await decide(bytes, bob)).approval.state).toBe('waiting')
    expect(codeOf(await ask(bytes, [alice]))).toBe('frozen')
  })

  it('counts no approval of a credential that was revoked since', async () => {
    const bytes = spend()
    await ask(bytes, [bot])
    must(await decide(bytes, carol))
    const base = { epoch: wallet.epoch, version: wallet.version }
    const revoke = request('credential.remove', { base, credential: carol.credential.id })
    must(await send(core('eu-west'), revoke, 'change', [carol]))
    expect(must(await decide(bytes, alice)).approval.state).toBe('waiting')
    expect(must(await decide(bytes, bob)).approval.state).toBe('done')
  })

  it('survives the restart of its zone', async () => {
    const bytes = spend()
    await ask(bytes, [alice])
    mesh.kill('eu-west')
    await mesh.start('eu-west')
    expect(must(await decide(bytes, bob)).approval.state).toBe('done')
  })

  it('is one of so many a wallet', async () => {
    for (let index = 0; index < 32; index += 1) {
      const bytes = spend({ intent: `int_${index.toString(16).padStart(32, '0')}` })
      expect(codeOf(await ask(bytes, [alice]))).toBe('waiting')
    }
    expect(codeOf(await ask(spend(), [alice]))).toBe('limit_reached')
  })
})

describe('a change that lacks owners', () => {
  it('waits in the same way, and takes effect with the last of them', async () => {
    const next: Policy = { ...policy, changes: { quorum: 3, delayMs: 0 } }
    const bytes = utf8(
      JSON.stringify(
        request('policy.change', {
          base: { epoch: wallet.epoch, version: wallet.version },
          policy: next,
          wait: true,
        }),
      ),
    )
    expect(codeOf(await send(core('ap-south'), bytes, 'change', [alice]))).toBe('waiting')
    expect((await show(bytes)).needs).toMatchObject([
      { rule: 'changes', quorum: 2, have: ['alice'] },
    ])
    const { approval } = must(await decide(bytes, bob))
    expect(approval.state).toBe('done')
    expect(approval.answer).toMatchObject({ wallet: { policy: next, policyVersion: 2 } })
  })
})

describe('a dry run', () => {
  const dryRun = (keys: readonly TestKey[], zone = 'ap-south') => {
    const signing = signRequest(mesh, wallet) as { operation: string }
    const asked = { ...signing, operation: 'sign.dry-run' }
    return send<DryRunAnswer>(core(zone), asked, 'dry-run', keys)
  }

  it('gives the verdict with the rule that decides, and signs nothing', async () => {
    const yes = must(await dryRun([alice, bob]))
    expect(yes).toMatchObject({ allowed: true, rule: 'two-of-three', policyVersion: 1 })
    expect(yes).not.toHaveProperty('signed')
    expect(must(await dryRun([alice]))).toMatchObject({
      allowed: false,
      refusal: { code: 'quorum_not_met', subject: 'two-of-three' },
      needs: [{ rule: 'two-of-three', have: ['alice'] }],
    })
  })

  it('says that the wallet is frozen', async () => {
    must(await send(core('eu-west'), request('wallet.freeze'), 'change', [carol]))
    expect(must(await dryRun([alice, bob])).refusal?.code).toBe('frozen')
  })

  it('takes no proof of a signature for one, nor the other way round', async () => {
    const signing = signRequest(mesh, wallet)
    expect(codeOf(await send(core('eu-west'), signing, 'dry-run', [alice, bob]))).toBe('bad_proof')
    const asked = { ...signing, operation: 'sign.dry-run' }
    expect(codeOf(await send(core('eu-west'), asked, 'sign', [alice, bob]))).toBe('bad_proof')
    expect(codeOf(await dryRun([]))).toBe('unauthenticated')
  })
})

it('tells nobody outside of the wallet what waits', async () => {
  await ask(spend(), [alice])
  for (const keys of [[], [testKey(mesh, 'mallory')]]) {
    expect(codeOf(await send(core('eu-west'), request('approval.list'), 'read', keys))).toBe(
      'unauthenticated',
    )
  }
  expect(zones).toHaveLength(3)
})
