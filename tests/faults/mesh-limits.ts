/**
 * Signatures under limits, asked at every node of a mesh: for each fault a wallet of its own, and
 * in the end what all zones together have signed of each limit.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, defaultPolicy, PersonId, type Rule, type Wallet, ZoneId } from '@holdfast/sdk'
import type { TestMesh } from '../support/mesh.ts'
import { accountOf, createEthereum, transfer, transferCost } from '../support/wallets.ts'
import { addCode, askTimeoutMs, type Codes, codeOfAttempt, type NodeClient } from './mesh-asking.ts'

export type LimitFigures = {
  readonly fault: string
  readonly of: 'signatures' | 'value'
  /** How many signatures may leave, all zones together; of value, how many transfers. */
  readonly limit: number
  /** Until the next fault began. */
  readonly asked: number
  readonly signed: number
  readonly refused: Codes
  /** When all nodes were back and had been asked for more until each zone refused. */
  readonly signedInTheEnd: number
  /** Signatures beyond the limit. */
  readonly exceeded: number
}

type Prepared = ReturnType<Client['prepare']['sign']>

type Purse = {
  readonly fault: string
  readonly of: LimitFigures['of']
  readonly limit: number
  readonly wallet: Wallet
  next: number
  asked: number
  signedInFault: number
  readonly refused: Map<string, number>
  /** By nonce: the same request by two nodes is one signature. */
  readonly signed: Set<number>
  /** What got no final answer: the node may have counted it, and signed. */
  readonly open: Map<number, Prepared>
}

export type LimitLoad = {
  enter(fault: string): void
  end(): Promise<void>
  /** Asks for what is left of every limit; call it when the mesh is whole again. */
  settle(): Promise<readonly LimitFigures[]>
}

/** One window for the whole run. */
const windowMs = 366 * 86_400_000
const pauseMs = 300

/** The wallet's owner may see it, and sign as `bounds` say. */
export const createBounded = (
  client: Client,
  home: ZoneId,
  bounds: Pick<Rule, 'limits' | 'once'>,
): Promise<Wallet> => {
  const { rules, ...policy } = defaultPolicy({ owners: [PersonId('owner')] })
  const bounded = rules.map((rule) =>
    rule.operations.includes('sign') ? { ...rule, ...bounds } : rule,
  )
  return createEthereum(client, { home, policy: { ...policy, rules: bounded } })
}

const openPurse = async (
  client: Client,
  home: ZoneId,
  plan: { readonly fault: string; readonly limit: number; readonly of: LimitFigures['of'] },
): Promise<Purse> => {
  const amount = String(transferCost * BigInt(plan.limit))
  const limit =
    plan.of === 'signatures'
      ? ({ type: 'signatures', count: plan.limit, windowMs } as const)
      : ({ type: 'value', chain: 'ethereum', asset: 'native', amount, windowMs } as const)
  return {
    ...plan,
    wallet: await createBounded(client, home, { limits: [limit] }),
    next: 0,
    asked: 0,
    signedInFault: 0,
    refused: new Map(),
    signed: new Set(),
    open: new Map(),
  }
}

const prepareNext = (purse: Purse, { client, zone }: NodeClient): [number, Prepared] => {
  const nonce = purse.next
  purse.next += 1
  const account = accountOf(purse.wallet, 'ethereum')
  const signatory = { wallet: purse.wallet.id, account: account.id, charge: ZoneId(zone) }
  return [nonce, client.prepare.sign(signatory, transfer(BigInt(nonce)))]
}

/** Asks for one signature at some nodes at once, by the same bytes, and notes what came of it. */
const askFor = async (
  purse: Purse,
  [nonce, prepared]: [number, Prepared],
  at: readonly NodeClient[],
): Promise<readonly string[]> => {
  const codes = await Promise.all(
    at.map(({ client }) => codeOfAttempt(client.send(prepared, { timeoutMs: askTimeoutMs }))),
  )
  if (codes.includes('signed')) {
    purse.signed.add(nonce)
    purse.open.delete(nonce)
  } else if (codes.every((code) => code === 'limit_exceeded')) purse.open.delete(nonce)
  else purse.open.set(nonce, prepared)
  return codes
}

/**
 * Every node counts once before the faults: who counts for a wallet for the first time since its
 * start asks more zones than a majority what they remember (docs/counters.md).
 */
const countOnceEach = async (purse: Purse, nodes: readonly NodeClient[]): Promise<void> => {
  for (const node of nodes) {
    const codes = await askFor(purse, prepareNext(purse, node), [node])
    if (codes[0] !== 'signed') throw new Error(`not counted before the faults: ${codes.join()}`)
  }
}

type State = { purse: Purse | undefined; running: boolean }

const askInLoop = async (state: State, nodes: readonly NodeClient[], own: number) => {
  for (let round = 0; state.running; round += 1) {
    await delay(pauseMs)
    const { purse } = state
    const node = nodes[own]
    if (purse === undefined || node === undefined) continue
    // Every fourth request goes to another node too, by the same bytes, at the same time.
    const other = nodes[(own + 1 + (round % (nodes.length - 1))) % nodes.length]
    const at = round % 4 === 0 && other !== undefined ? [node, other] : [node]
    purse.asked += 1
    const codes = await askFor(purse, prepareNext(purse, node), at)
    const code = codes.find((one) => one === 'signed') ?? codes[0] ?? 'signed'
    if (code === 'signed') purse.signedInFault += 1
    else addCode(purse.refused, code)
  }
}

/** What was left open, by the same bytes, and then more, until the zone says that it is spent. */
const spendRest = async (purse: Purse, node: NodeClient, open: readonly [number, Prepared][]) => {
  for (const asked of open) await askFor(purse, asked, [node])
  for (let more = 0; more <= purse.limit; more += 1) {
    const codes = await askFor(purse, prepareNext(purse, node), [node])
    if (codes.includes('limit_exceeded')) return
  }
}

const figuresOf = (purse: Purse): LimitFigures => ({
  fault: purse.fault,
  of: purse.of,
  limit: purse.limit,
  asked: purse.asked,
  signed: purse.signedInFault,
  refused: Object.fromEntries(purse.refused),
  signedInTheEnd: purse.signed.size,
  exceeded: Math.max(0, purse.signed.size - purse.limit),
})

export const startLimits = async (
  mesh: TestMesh,
  nodes: readonly NodeClient[],
  faults: readonly { readonly fault: string; readonly lastsMs: number }[],
): Promise<LimitLoad> => {
  const first = await mesh.connect()
  const zones = [...new Set(nodes.map(({ zone }) => zone))]
  const purses: Purse[] = []
  for (const [index, { fault, lastsMs }] of faults.entries()) {
    purses.push(
      await openPurse(first, ZoneId(zones[index % zones.length] ?? ''), {
        fault,
        // About half of what is asked for in this time, so that it is spent under the fault.
        limit: nodes.length + Math.ceil((lastsMs / 1000) * nodes.length),
        of: index % 2 === 0 ? 'signatures' : 'value',
      }),
    )
  }
  await Promise.all(purses.map((purse) => countOnceEach(purse, nodes)))
  const state: State = { purse: undefined, running: true }
  const work = nodes.map((_, own) => askInLoop(state, nodes, own))
  return {
    enter: (fault) => {
      state.purse = purses.find((purse) => purse.fault === fault)
    },
    end: async () => {
      state.running = false
      await Promise.all(work)
    },
    settle: async () => {
      const firsts = zones.flatMap((zone) => nodes.find((node) => node.zone === zone) ?? [])
      const spendAll = async (purse: Purse): Promise<void> => {
        const open = [...purse.open].map((asked, index) => ({ asked, own: index % firsts.length }))
        await Promise.all(
          firsts.map((node, own) =>
            spendRest(
              purse,
              node,
              open.filter((one) => one.own === own).map(({ asked }) => asked),
            ),
          ),
        )
      }
      await Promise.all(purses.map(spendAll))
      return purses.map(figuresOf)
    },
  }
}
