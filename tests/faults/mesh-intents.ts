/**
 * Intents that sign once, each asked for with two transactions in two zones at the same time, and
 * what each of them has signed in the end.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, type IntentId, newIntentId, type Wallet, ZoneId } from '@holdfast/sdk'
import type { TestMesh } from '../support/mesh.ts'
import { accountOf, transfer } from '../support/wallets.ts'
import { addCode, askTimeoutMs, type Codes, codeOfAttempt, type NodeClient } from './mesh-asking.ts'
import { createBounded } from './mesh-limits.ts'

export type IntentFigures = {
  readonly intents: number
  readonly requests: number
  readonly signed: number
  readonly refused: Codes
  /** When all nodes were back and both transactions had been asked for once more elsewhere. */
  readonly signedOnce: number
  readonly signedTwice: number
  /** Their voices were split, so that nothing can be signed under them. */
  readonly unsigned: number
}

type Prepared = ReturnType<Client['prepare']['sign']>

type Asked = {
  /** Two transactions under one intent. */
  readonly requests: readonly [Prepared, Prepared]
  /** Where they were asked for: indexes of zones. */
  readonly zones: readonly [number, number]
  readonly signed: Set<0 | 1>
}

export type IntentLoad = {
  end(): Promise<void>
  /** Asks for everything once more; call it when the mesh is whole again. */
  settle(): Promise<IntentFigures>
}

type State = {
  readonly wallet: Wallet
  /** The nodes of each zone. */
  readonly zones: readonly (readonly NodeClient[])[]
  readonly asked: Asked[]
  readonly refused: Map<string, number>
  requests: number
  signed: number
  running: boolean
}

const pauseMs = 300
const together = 6

const prepare = ({ wallet }: State, client: Client, intent: IntentId, nonce: number): Prepared => {
  const signatory = { wallet: wallet.id, account: accountOf(wallet, 'ethereum').id, intent }
  return client.prepare.sign(signatory, transfer(BigInt(nonce)))
}

const at = <Item>(items: readonly Item[], index: number): Item => items[index % items.length]!

/** Both transactions of an intent at once, in two zones; the codes that they were answered by. */
const askBoth = (
  state: State,
  asked: Asked,
  zones: readonly [number, number],
  round: number,
): Promise<readonly string[]> =>
  Promise.all(
    ([0, 1] as const).map(async (which) => {
      const { client } = at(at(state.zones, zones[which]), round)
      const code = await codeOfAttempt(
        client.send(asked.requests[which], { timeoutMs: askTimeoutMs }),
      )
      if (code === 'signed') asked.signed.add(which)
      return code
    }),
  )

const askInLoop = async (state: State): Promise<void> => {
  for (let round = 0; state.running; round += 1) {
    const intent = newIntentId()
    const zones = [round, round + 1] as const
    const { client } = at(at(state.zones, round), 0)
    const requests = [0, 1].map((which) => prepare(state, client, intent, 2 * round + which))
    const asked = {
      requests: [requests[0]!, requests[1]!] as const,
      zones,
      signed: new Set<0 | 1>(),
    }
    state.asked.push(asked)
    for (const code of await askBoth(state, asked, zones, Math.floor(round / 3))) {
      state.requests += 1
      if (code === 'signed') state.signed += 1
      else addCode(state.refused, code)
    }
    await delay(pauseMs)
  }
}

/** Each transaction at a zone that was asked for the other one, or for none. */
const askAgain = async (state: State): Promise<void> => {
  const rest = state.asked.entries()
  await Promise.all(
    Array.from({ length: together }, async () => {
      for (const [index, asked] of rest) {
        const [first, second] = asked.zones
        await askBoth(state, asked, [second, first + 2], index)
      }
    }),
  )
}

const figuresOf = ({ asked, requests, signed, refused }: State): IntentFigures => ({
  intents: asked.length,
  requests,
  signed,
  refused: Object.fromEntries(refused),
  signedOnce: asked.filter((one) => one.signed.size === 1).length,
  signedTwice: asked.filter((one) => one.signed.size === 2).length,
  unsigned: asked.filter((one) => one.signed.size === 0).length,
})

export const startIntents = async (
  mesh: TestMesh,
  nodes: readonly NodeClient[],
): Promise<IntentLoad> => {
  const zones = [...new Set(nodes.map(({ zone }) => zone))]
  const state: State = {
    wallet: await createBounded(await mesh.connect(), ZoneId(at(zones, 0)), { once: true }),
    zones: zones.map((zone) => nodes.filter((node) => node.zone === zone)),
    asked: [],
    refused: new Map(),
    requests: 0,
    signed: 0,
    running: true,
  }
  const work = askInLoop(state)
  return {
    end: async () => {
      state.running = false
      await work
    },
    settle: async () => {
      await askAgain(state)
      return figuresOf(state)
    },
  }
}
