/**
 * Real nodes on SQLite whose store is put back to an older copy: before a start, and under them
 * while they run. Another that lost records while it was down. One mesh, one zone that suffers.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeStatus } from '@holdfast/base/answers'
import type { Policy } from '@holdfast/base/policy'
import {
  type ApiKey,
  type Client,
  credentialOf,
  generateApiKey,
  PersonId,
  type Wallet,
} from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MeshNode, startMesh, type TestMesh } from '../support/mesh.ts'
import { inventoryOf } from '../support/store-names.ts'
import {
  accountOf,
  createEthereum,
  generated,
  refusalOf,
  transfer,
  whenSettled,
} from '../support/wallets.ts'

let mesh: TestMesh
let victim: MeshNode
let others: readonly MeshNode[]
/** Of all nodes, and of the victim alone. */
let owner: Client
let here: Client
const bob: ApiKey = generateApiKey()
let bobHere: Client
/** The home of both is the victim. Bob loses the first, the second is frozen. */
let shared: Wallet
let frozen: Wallet

const files = ['store.sqlite', 'store.sqlite-wal']
const copyDir = (): string => join(victim.dir, 'copy')

const keepCopy = (): void => {
  mkdirSync(copyDir(), { recursive: true })
  for (const name of files) copyFileSync(join(victim.dir, name), join(copyDir(), name))
}

/** Over the files that are there, as a restore from a backup does. */
const putBack = (): void => {
  for (const name of files) copyFileSync(join(copyDir(), name), join(victim.dir, name))
}

const statusOf = async (node: MeshNode): Promise<NodeStatus> =>
  (await (await fetch(`${node.plainUrl}/v1/node`)).json()) as NodeStatus

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await delay(50)
  }
}

const whenCompared = (): Promise<void> =>
  until('the others are compared', async () =>
    (await statusOf(victim)).peers.every(({ compared }) => compared === true),
  )

const sign = (client: Client, wallet: Wallet, timeoutMs = 10_000) => {
  const signatory = { wallet: wallet.id, account: accountOf(wallet, 'ethereum').id }
  return client.sign(signatory, transfer(), { timeoutMs })
}

const addAccount = (wallet: Wallet, index: number) =>
  owner.addAccounts({
    wallet: wallet.id,
    key: wallet.keys[0]!.id,
    accounts: [{ chain: 'ethereum', path: `m/44'/60'/0'/0/${index}` }],
  })

/** What a node answers that has heard nobody since its start: it does not know, or asks in vain. */
const unheard = ['stale', 'unreachable', 'recovering']

/** Ends the node, does something to its files, and starts it while nobody can tell it anything. */
const restartUnheard = async (meanwhile: () => void): Promise<void> => {
  await victim.kill()
  meanwhile()
  for (const other of others) process.kill(other.pid(), 'SIGSTOP')
  await victim.restart()
}
const hearAgain = (): void => {
  for (const other of others) process.kill(other.pid(), 'SIGCONT')
}

beforeAll(async () => {
  mesh = await startMesh()
  const [first, ...rest] = mesh.nodes
  victim = first!
  others = rest
  owner = await mesh.connect()
  here = await mesh.connect({ nodes: [victim.url] })
  bobHere = await mesh.connect({ nodes: [victim.url], credentials: [bob] })
  const main = { ...generated('bip39', { chain: 'ethereum' }), name: 'main' }
  const policy: Policy = {
    format: 'holdfast policy v1',
    rules: [{ id: 'all', effect: 'allow', operations: ['*'] }],
  }
  const make = () => createEthereum(here, { keys: [main], policy })
  ;[shared, frozen] = [await make(), await make()]
  const { wallet } = await owner.addCredentials({
    wallet: shared.id,
    persons: [{ id: PersonId('bob'), owner: true }],
    credentials: [credentialOf(bob, PersonId('bob'))],
    enrol: [bob],
  })
  shared = wallet
  await sign(bobHere, shared)
  await whenSettled(owner)
}, 60_000)

afterAll(async () => {
  hearAgain()
  await mesh?.stop()
}, 60_000)

describe('a store that was put back before its node started', () => {
  it('lets it sign for nobody whom it has forgotten to refuse', async () => {
    keepCopy()
    await addAccount(shared, 1)
    await owner.removeCredential({ wallet: shared.id, credential: bob.id })
    await owner.freezeWallet(frozen.id)
    await whenSettled(owner)
    await restartUnheard(putBack)
    const asked = [sign(bobHere, shared, 2000), sign(here, frozen, 2000)]
    const codes = await Promise.all(asked.map(refusalOf)).finally(hearAgain)
    for (const code of codes) expect(unheard).toContain(code)
    await whenCompared()
    expect(await refusalOf(sign(bobHere, shared))).toBe('unauthenticated')
    expect(await refusalOf(sign(here, frozen))).toBe('frozen')
  }, 60_000)

  it('is filled again by the others: the newest version is shown, signs, is built on', async () => {
    const { wallet } = await here.showWallet(shared.id)
    expect([wallet.version, wallet.accounts.length]).toEqual([shared.version + 2, 2])
    expect((await sign(here, wallet)).receipt).toMatchObject({ version: wallet.version })
    const added = await addAccount(wallet, 2)
    expect(added.wallet.version).toBe(wallet.version + 1)
    shared = added.wallet
  }, 60_000)
})

describe('a store that was put back under its running node', () => {
  it('ends what the node serves, says so, and ends the node', async () => {
    await whenSettled(owner)
    keepCopy()
    const { marks = [] } = await owner.showWallet(frozen.id)
    await owner.unfreezeWallet({ wallet: frozen.id, marks: marks.map(({ id }) => id) })
    shared = (await addAccount(shared, 3)).wallet
    await whenSettled(owner)
    putBack()
    await until('the node notices', async () => (await statusOf(victim)).state === 'fallen')
    expect(await refusalOf(sign(here, shared))).toBe('not_ready')
    await until('the node ends', () => !victim.isRunning())
  }, 60_000)

  it('is filled again after its start', async () => {
    await victim.restart()
    await whenCompared()
    const { wallet } = await here.showWallet(shared.id)
    expect(wallet.version).toBe(shared.version)
    expect((await sign(here, wallet)).receipt.version).toBe(wallet.version)
    await sign(here, frozen)
    expect((await addAccount(wallet, 4)).durability.state).toBe('final')
  }, 60_000)
})

describe('a store that lost records while its node was down', () => {
  it('gets a wallet and the key of another back from the others', async () => {
    await whenSettled(owner)
    const lost = [`wallet/${shared.id}`, `object/${frozen.keys[0]!.id}`]
    await victim.kill()
    const database = new DatabaseSync(join(victim.dir, 'store.sqlite'))
    const remove = database.prepare('DELETE FROM records WHERE key = ?')
    for (const name of lost) expect(Number(remove.run(name).changes)).toBe(1)
    database.close()
    await victim.restart()
    await until('all is there again', () => {
      const held = inventoryOf(victim.dir)
      return lost.every((name) => held.includes(name))
    })
    expect(inventoryOf(victim.dir)).toEqual(inventoryOf(others[0]!.dir))
    for (const wallet of [shared, frozen]) {
      const { receipt } = await sign(here, wallet)
      expect(receipt.node.zone).toBe(victim.zone)
    }
  }, 60_000)
})
