import type { AuditAnswer, SignAnswer } from '@holdfast/base/answers'
import {
  type AuditEntry,
  auditEntry,
  auditLink,
  auditStart,
  nextAuditHead,
  witnessMessage,
} from '@holdfast/base/audit'
import { type Bytes, fromBase64Url, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import type { BootId } from '@holdfast/base/ids'
import { parseJson } from '@holdfast/base/schema'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import type { Store } from '../ports/store.ts'
import { codeOf, must, recipient, signRequest, until } from '../testing/core-world.ts'
import { expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
/** Set while no page of a log can be stored. */
let full = false
const withoutLog = (store: Store): Store => ({
  ...store,
  commit: async (batch) =>
    full && batch.writes.some(({ key }) => key.startsWith('log/'))
      ? { outcome: 'unknown' }
      : store.commit(batch),
})
const core = (zone: string): Core => mesh.node(zone).core
const create = async (overrides = {}): Promise<Wallet> =>
  (await enrolWallet(mesh, [alice], overrides)).wallet
const sign = (wallet: Wallet, keys = [alice], rest = {}) =>
  send<SignAnswer>(core('eu-west'), signRequest(mesh, wallet, rest), 'sign', keys)

const show = async (
  wallet: Wallet,
  from?: { readonly boot: BootId; readonly index: number },
  zone = 'eu-west',
): Promise<AuditAnswer> =>
  must(
    await send<AuditAnswer>(
      core('us-east'),
      {
        operation: 'audit.show',
        mesh: mesh.mesh,
        expiresAt: expiresAt(mesh),
        wallet: wallet.id,
        zone,
        ...(from === undefined ? {} : { from }),
      },
      'read',
      [alice],
    ),
  )

/** The chain of a boot as its zone shows it: entries where they are the wallet's, and the heads. */
const walk = async (wallet: Wallet, boot: BootId, zone = 'eu-west') => {
  const entries = new Map<number, AuditEntry>()
  const heads: string[] = []
  let head: Bytes = auditStart(mesh.crypto, mesh.mesh, boot)
  for (;;) {
    const { page } = await show(wallet, { boot, index: heads.length }, zone)
    if (page === undefined || page.items.length === 0) return { entries, heads }
    for (const item of page.items) {
      const bytes = 'entry' in item ? utf8(item.entry) : undefined
      if (bytes !== undefined) entries.set(heads.length, parseJson(auditEntry, bytes))
      const link = 'link' in item ? fromHex(item.link) : auditLink(mesh.crypto, utf8(item.entry))
      head = nextAuditHead(mesh.crypto, head, link)
      heads.push(toHex(head))
    }
  }
}
const bootOf = (zone: string): BootId => core(zone).status().node.boot
const outcomes = async (wallet: Wallet): Promise<string[]> =>
  [...(await walk(wallet, bootOf('eu-west'))).entries.values()].flatMap((entry) =>
    entry.type === 'decided' ? [`${entry.outcome} ${entry.operation} ${entry.code ?? ''}`] : [],
  )

beforeAll(async () => {
  mesh = await createTestMesh({ seenBy: (_name, store) => withoutLog(store) })
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

describe('the log of decisions', () => {
  it('has an entry for each signature, which its receipt names', async () => {
    const wallet = await create()
    const { receipt } = must(await sign(wallet))
    const { entries, heads } = await walk(wallet, receipt.node.boot)
    expect(heads[receipt.log.index]).toBe(receipt.log.hash)
    expect(entries.get(receipt.log.index)).toMatchObject({
      outcome: 'signed',
      operation: 'sign',
      wallet: wallet.id,
      request: receipt.request,
      rule: receipt.rule,
      persons: ['alice'],
      credentials: [alice.credential.id],
    })
    expect(await outcomes(wallet)).toEqual(['changed wallet.create ', 'signed sign '])
  })

  it('has what was denied to someone who proved himself, and nothing of strangers', async () => {
    const wallet = await create({
      policy: {
        format: 'holdfast policy v1',
        rules: [
          { id: 'all', effect: 'allow', operations: ['*'] },
          { id: 'not-there', effect: 'deny', operations: ['sign'], when: { to: [recipient] } },
        ],
      },
    })
    expect(codeOf(await sign(wallet))).toBe('policy_denied')
    expect(codeOf(await sign(wallet, [testKey(mesh, 'mallory')]))).toBe('unauthenticated')
    expect(codeOf(await sign(wallet, []))).toBe('policy_denied')
    expect(await outcomes(wallet)).toEqual(['changed wallet.create ', 'denied sign policy_denied'])
  })

  it('shows entries of other wallets as their hashes alone', async () => {
    const mine = await create()
    const other = await create()
    await sign(other)
    const { entries } = await walk(mine, bootOf('eu-west'))
    const named = [...entries.values()].flatMap((entry) =>
      entry.type === 'decided' ? [entry.wallet] : [],
    )
    expect(new Set(named)).toEqual(new Set([mine.id]))
  })

  it('comes before the signature: what cannot be written down is not signed', async () => {
    const wallet = await create()
    await sign(wallet)
    full = true
    expect(codeOf(await sign(wallet))).toBe('outcome_unknown')
    full = false
    const { receipt } = must(await sign(wallet))
    const { heads } = await walk(wallet, receipt.node.boot)
    expect(heads[receipt.log.index]).toBe(receipt.log.hash)
  })

  it('keeps its order while many decisions share a page', async () => {
    const wallet = await create()
    const answers = await Promise.all(Array.from({ length: 40 }, () => sign(wallet)))
    const places = answers.map((answer) => must(answer).receipt.log)
    const { heads } = await walk(wallet, bootOf('eu-west'))
    for (const { index, hash } of places) expect(heads[index]).toBe(hash)
    expect(new Set(places.map(({ index }) => index)).size).toBe(40)
  })

  it('is seen by other zones, whose signatures receipts carry', async () => {
    const wallet = await create()
    await sign(wallet)
    mesh.advance(1500)
    await core('eu-west').tick()
    await until(async () => must(await sign(wallet)).receipt.log.witnesses.length === 2)
    const { witnesses } = must(await sign(wallet)).receipt.log
    const { heads } = await walk(wallet, bootOf('eu-west'))
    for (const witness of witnesses) {
      expect(heads[witness.index]).toBe(witness.hash)
      const key = mesh.node(witness.by.zone).identity.signing
      expect(
        mesh.crypto.ed25519.verify({
          message: witnessMessage(mesh.mesh, witness),
          signature: fromBase64Url(witness.signature),
          publicKey: key.use((seed) => mesh.crypto.ed25519.publicKey(seed)),
        }),
      ).toBe(true)
    }
    const { seen } = await show(wallet, undefined, 'us-east')
    const head = seen.find(({ boot }) => boot === bootOf('eu-west'))
    expect(head?.hash).toBe(heads[head?.index ?? -1])
  })

  it('of the next boot continues where the last one ended', async () => {
    const wallet = await create()
    const { receipt } = must(await sign(wallet))
    const before = await show(wallet)
    const end = before.chains.find(({ boot }) => boot === receipt.node.boot)
    mesh.kill('eu-west')
    await mesh.start('eu-west')
    const { entries } = await walk(wallet, bootOf('eu-west'))
    expect(entries.get(0)).toMatchObject({ type: 'opened', continues: [end] })
  })
})
