/** A mixed load of creations and signatures over a whole mesh, counted by phase. */
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
import { accountOf, createEthereum, generated, transfer } from '../support/wallets.ts'
import { addCode, codeOfAttempt } from './mesh-asking.ts'

export type PhaseFigures = {
  readonly signed: number
  /** Signatures that no node gave within the client's patience. */
  readonly failed: number
  readonly slowestMs: number
  /** The longest time in which no signer at all got a signature. */
  readonly stallMs: number
  readonly created: number
  readonly interrupted: number
}

type Counted = { -readonly [Name in keyof PhaseFigures]: number } & { lastAt: number }

export type Load = {
  readonly acknowledged: Wallet[]
  /** Creations that were not answered; the same bytes continue them. */
  readonly interrupted: Prepared<WalletAnswer>[]
  /** By which signatures failed. */
  readonly codes: ReadonlyMap<string, number>
  enter(phase: string): void
  figures(): ReadonlyMap<string, PhaseFigures>
  end(): Promise<void>
}

/** Gives the creations that were not answered on, by the same bytes; says how many there were. */
export const continueInterrupted = async (
  { acknowledged, interrupted }: Pick<Load, 'acknowledged' | 'interrupted'>,
  client: Client,
  timeoutMs: number,
): Promise<number> => {
  for (const prepared of interrupted) {
    acknowledged.push((await client.send(prepared, { timeoutMs })).wallet)
  }
  return interrupted.length
}

/** A signature by the wallet's key, verified. */
export const signsFor = async (
  client: Client,
  wallet: Wallet,
  nonce: bigint,
  timeoutMs?: number,
): Promise<boolean> => {
  const account = accountOf(wallet, 'ethereum')
  const signatory = { wallet: wallet.id, account: account.id }
  const prepared = client.prepare.sign(signatory, transfer(nonce))
  const { signed } = await client.send(prepared, timeoutMs === undefined ? {} : { timeoutMs })
  if (signed.kind !== 'ethereum.transaction') return false
  return senderOfTransaction(fromHex(signed.transaction)) === account.address
}

const signatureTimeoutMs = 20_000
const creationTimeoutMs = 3000

type State = {
  phase: Counted
  running: boolean
  readonly acknowledged: Wallet[]
  readonly interrupted: Prepared<WalletAnswer>[]
  readonly codes: Map<string, number>
}

const signInLoop = async (
  state: State,
  client: Client,
  { offset, pauseMs }: { readonly offset: number; readonly pauseMs: number },
): Promise<void> => {
  const { acknowledged } = state
  for (let next = 0; state.running; next += 1) {
    const wallet = acknowledged[(offset + next * 7) % acknowledged.length]!
    const beganAt = performance.now()
    const attempt = signsFor(client, wallet, BigInt(next), signatureTimeoutMs)
    const code = await codeOfAttempt(attempt)
    const now = performance.now()
    const { phase } = state
    phase.slowestMs = Math.max(phase.slowestMs, now - beganAt)
    if (code !== 'signed') {
      phase.failed += 1
      addCode(state.codes, code)
      continue
    }
    phase.signed += 1
    phase.stallMs = Math.max(phase.stallMs, now - phase.lastAt)
    phase.lastAt = now
    if (pauseMs > 0) await delay(pauseMs)
  }
}

const createInLoop = async (
  state: State,
  client: Client,
  home: ZoneId,
  pauseMs: number,
): Promise<void> => {
  while (state.running) {
    const keys = [generated('secp256k1', { chain: 'ethereum' })]
    const prepared = await client.prepare.createWallet({ name: 'load', home, keys })
    try {
      const { wallet } = await client.send(prepared, { timeoutMs: creationTimeoutMs })
      state.acknowledged.push(wallet)
      state.phase.created += 1
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      state.interrupted.push(prepared)
      state.phase.interrupted += 1
    }
    await delay(pauseMs)
  }
}

const counted = (lastAt: number): Counted => ({
  signed: 0,
  failed: 0,
  slowestMs: 0,
  stallMs: 0,
  created: 0,
  interrupted: 0,
  lastAt,
})

const zonesOf = (mesh: TestMesh): ZoneId[] => [
  ...new Set(mesh.nodes.map(({ zone }) => ZoneId(zone))),
]

/** Each client knows all nodes, those of one zone first. */
export const nodesFrom = (mesh: TestMesh, zone: string): string[] => {
  const [near, far] = [true, false].map((own) =>
    mesh.nodes.filter((node) => (node.zone === zone) === own).map(({ url }) => url),
  )
  return [...(near ?? []), ...(far ?? [])]
}

export type LoadSize = {
  readonly signers: number
  /** Between two creations in one zone. */
  readonly createPauseMs: number
  /** Between two signatures of one signer; default none. */
  readonly signPauseMs?: number
}

export const startLoad = async (
  mesh: TestMesh,
  { signers, createPauseMs, signPauseMs: pauseMs = 0 }: LoadSize,
): Promise<Load> => {
  const zones = zonesOf(mesh)
  const connect = (zone: string): Promise<Client> => mesh.connect({ nodes: nodesFrom(mesh, zone) })
  const first = await mesh.connect()
  const acknowledged: Wallet[] = []
  for (const home of zones) acknowledged.push(await createEthereum(first, { home }))
  const phases = new Map<string, Counted>([['calm', counted(performance.now())]])
  const state: State = {
    phase: phases.get('calm')!,
    running: true,
    acknowledged,
    interrupted: [],
    codes: new Map(),
  }
  const work = [
    ...Array.from({ length: signers }, async (_, index) =>
      signInLoop(state, await connect(zones[index % zones.length]!), { offset: index, pauseMs }),
    ),
    ...zones.map(async (zone) => createInLoop(state, await connect(zone), zone, createPauseMs)),
  ]
  return {
    acknowledged,
    interrupted: state.interrupted,
    codes: state.codes,
    enter: (name) => {
      const found = phases.get(name) ?? counted(state.phase.lastAt)
      found.lastAt = state.phase.lastAt
      phases.set(name, found)
      state.phase = found
    },
    figures: () =>
      new Map(
        [...phases].map(([name, { signed, failed, slowestMs, stallMs, created, interrupted }]) => [
          name,
          {
            signed,
            failed,
            slowestMs: Math.round(slowestMs),
            stallMs: Math.round(stallMs),
            created,
            interrupted,
          },
        ]),
      ),
    end: async () => {
      state.running = false
      await Promise.all(work)
    },
  }
}
