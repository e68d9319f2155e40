/**
 * One of three nodes is killed under a mixed load and comes back: what was acknowledged, what went
 * on meanwhile, and whether the zones are equal in the end. The test and `npm run faults` share it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { fromHex } from '@holdfast/base/bytes'
import {
  type Client,
  type Prepared,
  RefusalError,
  senderOfTransaction,
  type Wallet,
  type WalletAnswer,
  ZoneId,
} from '@holdfast/sdk'
import type { TestMesh } from '../support/mesh.ts'
import { inventoryOf } from '../support/store-names.ts'
import { accountOf, createEthereum, generated, transfer, whenSettled } from '../support/wallets.ts'
import { continueInterrupted } from './mesh-load.ts'

export type KillOptions = {
  readonly victim: string
  readonly signers: number
  readonly beforeMs: number
  readonly downMs: number
  /** The node stays down for longer, where so many signatures are not done by then. */
  readonly downSigns: number
  readonly afterMs: number
}

/** Signatures, each verified. */
export type SignFigures = {
  readonly done: number
  readonly errors: number
  /** The slowest one, with all its tries at other nodes. */
  readonly slowestMs: number
  /** The longest time in which no signer at all got an answer. */
  readonly stallMs: number
}

export type KillFigures = {
  readonly before: SignFigures
  /** From the kill until the node was started again. */
  readonly down: SignFigures
  readonly after: SignFigures
  readonly acknowledged: number
  /** Creations whose home was away: refused, and continued by the same bytes afterwards. */
  readonly interrupted: number
  readonly continued: number
  /** From the new start of the process until it is ready, and until the zones were seen equal. */
  readonly readyMs: number
  readonly equalMs: number
  /** Acknowledged wallets that a zone does not sign for, or has another document of. */
  readonly lost: readonly string[]
  /** Records of wallets and keys, by zone; equal lists where the zones are equal. */
  readonly inventories: readonly (readonly string[])[]
}

type Phase = 'before' | 'down' | 'after'
type Counted = { done: number; errors: number; slowestMs: number; stallMs: number; lastAt: number }

const count = (): Counted => ({
  done: 0,
  errors: 0,
  slowestMs: 0,
  stallMs: 0,
  lastAt: performance.now(),
})

type Load = {
  phase: Phase
  running: boolean
  readonly counts: Record<Phase, Counted>
  readonly acknowledged: Wallet[]
  readonly interrupted: Prepared<WalletAnswer>[]
}

const signsFor = async (client: Client, wallet: Wallet, nonce: bigint): Promise<boolean> => {
  const account = accountOf(wallet, 'ethereum')
  const signatory = { wallet: wallet.id, account: account.id }
  const { signed } = await client.sign(signatory, transfer(nonce))
  if (signed.kind !== 'ethereum.transaction') return false
  return senderOfTransaction(fromHex(signed.transaction)) === account.address
}

const note = (counted: Counted, good: boolean, beganAt: number): void => {
  const now = performance.now()
  if (good) counted.done += 1
  else counted.errors += 1
  counted.slowestMs = Math.max(counted.slowestMs, now - beganAt)
  counted.stallMs = Math.max(counted.stallMs, now - counted.lastAt)
  counted.lastAt = now
}

const signInLoop = async (load: Load, client: Client, offset: number): Promise<void> => {
  for (let next = 0; load.running; next += 1) {
    const wallet = load.acknowledged[(offset + next * 7) % load.acknowledged.length]!
    const beganAt = performance.now()
    const good = await signsFor(client, wallet, BigInt(next)).catch(() => false)
    note(load.counts[load.phase], good, beganAt)
  }
}

const creationTimeoutMs = 1500

const createInLoop = async (load: Load, client: Client, home: ZoneId): Promise<void> => {
  while (load.running) {
    const keys = [generated('secp256k1', { chain: 'ethereum' })]
    const prepared = await client.prepare.createWallet({ name: 'load', home, keys })
    try {
      const { wallet } = await client.send(prepared, { timeoutMs: creationTimeoutMs })
      load.acknowledged.push(wallet)
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      load.interrupted.push(prepared)
    }
    await delay(40)
  }
}

const enter = (load: Load, phase: Phase): void => {
  const last = load.counts[load.phase].lastAt
  load.phase = phase
  load.counts[phase].lastAt = last
}

const untilSigned = async (counted: Counted, signs: number): Promise<void> => {
  const deadline = performance.now() + 40_000
  while (counted.done < signs && performance.now() < deadline) await delay(50)
}

const untilEqual = async (mesh: TestMesh, timeoutMs: number) => {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const inventories = mesh.nodes.map(({ dir }) => inventoryOf(dir))
    const [first, ...others] = inventories.map((names) => names.join('\n'))
    if (others.every((other) => other === first) || performance.now() > deadline) return inventories
    await delay(100)
  }
}

/** Each acknowledged wallet, at each zone alone: the same document, and a signature by its key. */
const lostWallets = async (mesh: TestMesh, wallets: readonly Wallet[]): Promise<string[]> => {
  const lost: string[] = []
  for (const node of mesh.nodes) {
    const alone = await mesh.connect({ nodes: [node.url] })
    for (const wallet of wallets) {
      const shown = await alone.showWallet(wallet.id)
      const same = shown.node.zone === node.zone && shown.wallet.request === wallet.request
      if (!same || !(await signsFor(alone, wallet, 0n))) lost.push(`${wallet.id} at ${node.zone}`)
    }
  }
  return lost
}

const figuresOf = ({ done, errors, slowestMs, stallMs }: Counted): SignFigures => ({
  done,
  errors,
  slowestMs: Math.round(slowestMs),
  stallMs: Math.round(stallMs),
})

export const killUnderLoad = async (mesh: TestMesh, options: KillOptions): Promise<KillFigures> => {
  const client = await mesh.connect()
  const load: Load = {
    phase: 'before',
    running: true,
    counts: { before: count(), down: count(), after: count() },
    acknowledged: [],
    interrupted: [],
  }
  for (const { zone } of mesh.nodes) {
    load.acknowledged.push(await createEthereum(client, { home: ZoneId(zone) }))
  }
  await whenSettled(client)
  load.counts.before.lastAt = performance.now()
  const clients = await Promise.all(Array.from({ length: options.signers }, () => mesh.connect()))
  const work = [
    ...clients.map((own, index) => signInLoop(load, own, index)),
    ...mesh.nodes.map(async ({ zone }) => createInLoop(load, await mesh.connect(), ZoneId(zone))),
  ]
  await delay(options.beforeMs)
  const victim = mesh.node(options.victim)
  enter(load, 'down')
  await victim.kill('SIGKILL')
  await delay(options.downMs)
  await untilSigned(load.counts.down, options.downSigns)
  enter(load, 'after')
  const startedAt = performance.now()
  await victim.restart()
  const readyMs = Math.round(performance.now() - startedAt)
  await delay(options.afterMs)
  load.running = false
  await Promise.all(work)
  await untilEqual(mesh, 40_000)
  const equalMs = Math.round(performance.now() - startedAt)
  const continued = await continueInterrupted(load, client, 20_000)
  const inventories = await untilEqual(mesh, 40_000)
  return {
    before: figuresOf(load.counts.before),
    down: figuresOf(load.counts.down),
    after: figuresOf(load.counts.after),
    acknowledged: load.acknowledged.length,
    interrupted: load.interrupted.length,
    continued,
    readyMs,
    equalMs,
    lost: await lostWallets(mesh, load.acknowledged),
    inventories,
  }
}

const signsText = ({ done, errors, slowestMs, stallMs }: SignFigures): string =>
  `${done} signed, ${errors} failed, slowest ${slowestMs} ms, stall ${stallMs} ms`

/** One line for people. */
export const lineOf = (figures: KillFigures): string => {
  const { acknowledged, lost, interrupted, continued, readyMs, equalMs } = figures
  return (
    `kill -9 before: ${signsText(figures.before)}; down: ${signsText(figures.down)}; ` +
    `after: ${signsText(figures.after)}; wallets: ${acknowledged} acknowledged, ` +
    `${lost.length} lost, ${interrupted} interrupted, ${continued} continued; ` +
    `node: ready after ${readyMs} ms, zones equal after ${equalMs} ms`
  )
}
