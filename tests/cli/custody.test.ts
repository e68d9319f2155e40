/** Rules, approvals, exports and recovery as people do them, by commands, on a mesh that runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  credentialOf,
  generateApiKey,
  PersonId,
  senderOfTransaction,
  WalletId,
} from '@holdfast/sdk'
import { connect, nodeTransport, readApiKey, writeApiKey } from '@holdfast/sdk/node'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { refusalOf, transfer } from '../support/wallets.ts'
import { holdfast, startCommand } from './command.ts'
import { jsonOf } from './json-of.ts'

let mesh: TestMesh
let persons: Client
let wallet: { id: string; address: string; key: string; lost: string }
const files = mkdtempSync(join(tmpdir(), 'holdfast-custody-'))
const at = (name: string): string => join(files, name)
const env = (key: string): Record<string, string> => ({
  HOLDFAST_DIR: mesh.dir,
  HOLDFAST_KEY: at(key),
})
const run = (args: readonly string[], key = 'owner') => holdfast(args, { env: env(key) })
const json = (args: readonly string[], key = 'owner') => jsonOf(run([...args, '--json'], key))

beforeAll(async () => {
  mesh = await startMesh()
  const [owner, g1, g2] = [generateApiKey(), generateApiKey(), generateApiKey('p256')]
  await writeApiKey(at('owner'), owner)
  await writeApiKey(at('g1'), g1)
  persons = await connect({
    nodes: [mesh.node('eu-west').url],
    mesh: mesh.mesh,
    credentials: [owner, g1, g2],
    transport: nodeTransport({ pin: true }),
  })
  const names = ['alice', 'g1', 'g2'].map(PersonId)
  const { wallet: made } = await persons.createWallet({
    name: 'custody',
    keys: [
      {
        name: 'main',
        kind: 'bip39',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
    persons: names.map((id) => ({ id, owner: id === 'alice' })),
    credentials: [owner, g1, g2].map((key, index) =>
      credentialOf(key, names[index] ?? PersonId('alice')),
    ),
    policy: {
      format: 'holdfast policy v1',
      recovery: { persons: names.slice(1), quorum: 1, delayMs: 0 },
      rules: [
        { id: 'owner', effect: 'allow', operations: ['*'], persons: names.slice(0, 1) },
        { id: 'see', effect: 'allow', operations: ['wallet.show'] },
      ],
    },
  })
  wallet = {
    id: made.id,
    address: made.accounts[0]?.address ?? '',
    key: made.keys[0]?.id ?? '',
    lost: owner.id,
  }
}, 120_000)
afterAll(async () => {
  persons?.close()
  await mesh?.stop()
  rmSync(files, { recursive: true, force: true })
}, 60_000)

describe('the rules of a wallet, by commands,', () => {
  const unsigned = (nonce: bigint): string => {
    const payload = transfer(nonce)
    return payload.kind === 'ethereum.transaction' ? payload.transaction : ''
  }

  it('freeze at once, saying where, and thaw', async () => {
    const { stdout } = await run(['freeze', wallet.id])
    expect(stdout).toMatch(/frozen by alice in eu-west: [0-9a-f]+\n {2}in force in {2}eu-west/)
    const denied = await run(['policy', 'dry-run', wallet.id, unsigned(0n)])
    expect([denied.code, denied.stdout + denied.stderr]).toEqual([
      1,
      expect.stringContaining('frozen'),
    ])
    await json(['unfreeze', wallet.id])
    const allowed = await run(['policy', 'dry-run', wallet.id, unsigned(0n)])
    expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringContaining('allowed by owner')])
  }, 60_000)

  it('change, and then what needs two persons waits for the word of the second', async () => {
    const shown = (await persons.showWallet(WalletId(wallet.id))).wallet
    const two = {
      id: 'two',
      effect: 'allow',
      operations: ['sign'],
      persons: ['alice', 'g1'],
      quorum: 2,
    }
    const [owner, see] = shown.policy.rules
    const operations = ['wallet.show', 'key.export', 'audit.show']
    const rules = [{ ...owner, operations }, see, two]
    writeFileSync(at('policy.json'), JSON.stringify({ ...shown.policy, rules }))
    const changed = await json(['policy', 'change', wallet.id, at('policy.json')])
    expect(changed.wallet.policyVersion).toBe(shown.policyVersion + 1)
    const alice = await mesh.connect({ credentials: [await readApiKey(at('owner'))] })
    const account = shown.accounts[0]!.id
    const of = { wallet: shown.id, account, wait: true }
    const prepared = alice.prepare.sign(of, transfer(0n))
    expect(await refusalOf(alice.send(prepared))).toBe('waiting')
    const [{ request }] = (await json(['approvals', 'list', wallet.id])).approvals
    const { stdout } = await run(['approvals', 'show', wallet.id, request])
    expect(stdout).toContain('2 of alice, g1 (two); so far alice')
    const approved = await run(['approvals', 'approve', wallet.id, request], 'g1')
    expect(approved.stdout).toContain('approved by  g1')
    expect((await alice.send(prepared)).receipt.persons.toSorted()).toEqual(['alice', 'g1'])
    const asked = await run(['sign', 'ethereum', wallet.id, unsigned(1n), '--wait'])
    const named = /waiting: .*\(([0-9a-f]{64})\)/.exec(asked.stderr)?.[1] ?? ''
    await run(['approvals', 'approve', wallet.id, named], 'g1')
    const done = await run(['approvals', 'show', wallet.id, named])
    const given = /signature {4}(0x[0-9a-f]+)/.exec(done.stdout)?.[1] ?? ''
    expect(senderOfTransaction(Buffer.from(given.slice(2), 'hex'))).toBe(wallet.address)
    writeFileSync(at('before.json'), JSON.stringify(shown.policy))
    await json(['policy', 'change', wallet.id, at('before.json')])
  }, 60_000)
})

describe('holdfast export', () => {
  it('gives a key to the recipient that its owner named, and to nobody else', async () => {
    const { publicKey } = await json(['guardian', 'key', at('recipient')])
    await json(['guardian', 'key', at('stranger')])
    const asked = ['export', 'request', wallet.id, wallet.key, '--recipient', publicKey]
    const { exports } = await json(asked)
    const fetch = (key: string) => {
      const to = ['--recipient-key', at(key), '--out', at(`${key}.json`)]
      return ['export', 'fetch', wallet.id, exports[0].request, ...to]
    }
    expect((await run(fetch('stranger'))).stderr).toContain('bad_seal')
    await json(fetch('recipient'))
    const [key] = JSON.parse(readFileSync(at('recipient.json'), 'utf8')).keys
    expect(mnemonicToAccount(key.mnemonic).address).toBe(wallet.address)
    const { decisions } = await json(['audit', 'show', wallet.id])
    const outcomes = decisions.map((one: { outcome: string }) => one.outcome)
    expect(outcomes).toContain('exported')
  }, 60_000)
})

describe('holdfast recovery', () => {
  it('gives an owner who lost his key a new one, which he proves from elsewhere', async () => {
    const made = await json(['recovery', 'key', at('fresh')])
    const key = ['--person', 'alice', '--new-key', made.key, '--remove', wallet.lost]
    const args = ['recovery', 'request', wallet.id, ...key]
    const asking = startCommand(args, { env: env('g1'), keepOpen: true })
    const challenge = await asking.said(/challenge for the new key: ([0-9a-f]{64})/)
    const { proof } = await json(['recovery', 'prove', challenge, '--key', at('fresh')])
    asking.write(`${proof}\n`)
    const { code, stderr } = await asking.finished
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    expect((await run(['sign', 'message', wallet.id, 'hello'])).stderr).toContain('unauthenticated')
    expect((await json(['sign', 'message', wallet.id, 'hello'], 'fresh')).signed.kind).toBe(
      'ethereum.signature',
    )
  }, 60_000)
})
