/**
 * One run of one zone of several nodes: credentials are revoked at one node while all are asked to
 * sign. The heartbeat rule (DESIGN §7) is judged at each signature: it rests on a version of its
 * wallet that no commit had replaced `beatAgeMsMax` before.
 */
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Purpose } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Wallet } from '@holdfast/base/wallet'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { beatAgeMsMax } from '@holdfast/enclave/limits'
import { serializeTransaction } from 'viem'
import { type Broken, createChecks } from '../checks.ts'
import { type SimulatedKey, simulatedKey } from '../client-key.ts'
import { createRandom } from '../random.ts'
import { createScheduler } from '../scheduler.ts'
import { startsAtMs } from '../zones.ts'
import { type Slot, slots, ZoneWorld } from './zone-world.ts'

export type ZoneReport = {
  readonly seed: number
  readonly broken: Broken | undefined
  readonly signatures: number
  readonly refused: ReadonlyMap<string, number>
  readonly revocations: number
  readonly faults: ReadonlyMap<string, number>
  readonly traceHash: string
}

const persons = 8
const spanMs = 20_000
const calmMs = 20_000
const patienceMs = 8000
/** Clocks of nodes tell whole milliseconds. */
const roundingMs = 2

type Client = {
  readonly world: ZoneWorld
  readonly keys: readonly SimulatedKey[]
  readonly refused: Map<string, number>
  signatures: number
  revocations: number
  wallet: Wallet | undefined
}

const header = ({ world }: Client) => ({
  mesh: world.manifest.mesh,
  expiresAt: new Date(startsAtMs + world.scheduler.nowMs() + 600_000).toISOString(),
})

const pause = ({ world }: Client, ms: number, label: string): Promise<undefined> =>
  new Promise((resolve) => {
    world.scheduler.after(ms, label, () => resolve(undefined))
  })

const send = async <Value>(
  client: Client,
  slot: Slot,
  request: object,
  purpose: Purpose,
  keys: readonly SimulatedKey[],
): Promise<Value | undefined> => {
  const node = client.world.node(slot)
  if (node === undefined) return undefined
  const bytes: Bytes = utf8(JSON.stringify(request))
  const authorisations = keys.map((key) => key.authorise(purpose, bytes))
  const body = utf8(JSON.stringify({ request: toBase64Url(bytes), authorisations }))
  // A node that was killed answers nothing any more.
  const patience = pause(client, patienceMs, 'client gives up')
  const answer = await Promise.race([node.core.handle(body), patience])
  if (answer === undefined) return undefined
  if (answer.ok) return JSON.parse(fromUtf8(answer.value)) as Value
  const { code } = answer.refusal
  client.refused.set(code, (client.refused.get(code) ?? 0) + 1)
  return undefined
}

const create = (client: Client): object => {
  const { world, keys } = client
  const home = ZoneId('eu-west')
  const { zones } = world.manifest.manifest
  const placement = resolvePlacement({ constraints: {}, home, zones })
  if (!placement.ok) throw new Error(placement.refusal.detail)
  return {
    operation: 'wallet.create',
    ...header(client),
    nonce: toHex(world.random.bytes(16)),
    cell: 0,
    home,
    name: 'zone',
    placement: placement.value,
    persons: keys.map(({ credential }) => ({ id: credential.person, owner: true })),
    credentials: keys.map(({ credential }) => credential),
    policy: {
      format: 'holdfast policy v1',
      rules: [{ id: 'all', effect: 'allow', operations: ['*'] }],
    },
    keys: [
      {
        name: 'main',
        kind: 'secp256k1',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
  }
}

const transfer = (nonce: number): string =>
  serializeTransaction({
    type: 'eip1559',
    chainId: 31_337,
    nonce,
    to: '0x00000000000000000000000000000000000000aa',
    value: 1n,
    gas: 21_000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
  }).slice(2)

/** The rule itself. */
const judge = ({ world }: Client, slot: Slot, { receipt }: SignAnswer): void => {
  const atMs = world.signedAtMs(slot)
  for (const [version, committedMs] of world.committed) {
    if (version <= receipt.version) continue
    world.checks.expect(
      8,
      atMs - committedMs < beatAgeMsMax + roundingMs,
      () =>
        `node ${slot} signed on version ${receipt.version} ${Math.round(atMs - committedMs)} ms ` +
        `after version ${version} was committed`,
    )
  }
}

const sign = async (client: Client, slot: Slot, key: SimulatedKey): Promise<boolean> => {
  const { wallet, world } = client
  if (wallet === undefined) return false
  const request = {
    operation: 'sign',
    ...header(client),
    wallet: wallet.id,
    account: wallet.accounts[0]?.id,
    payload: {
      kind: 'ethereum.transaction',
      transaction: transfer(world.random.below(1_000_000)),
    },
  }
  const answer = await send<SignAnswer>(client, slot, request, 'sign', [key])
  if (answer === undefined) return false
  client.signatures += 1
  judge(client, slot, answer)
  return true
}

const signInLoop = async (client: Client, slot: Slot, untilMs: number): Promise<void> => {
  const { random, scheduler } = client.world
  while (scheduler.nowMs() < untilMs) {
    await sign(client, slot, random.pick(client.keys))
    await pause(client, random.between(10, 120), 'client waits')
  }
}

/** One after another, the last is kept. */
const revokeInTurn = async (client: Client, untilMs: number): Promise<void> => {
  const { random, scheduler } = client.world
  const [kept, ...others] = client.keys as [SimulatedKey, ...SimulatedKey[]]
  for (const { credential } of others) {
    await pause(client, random.between(500, 3000), 'owner waits')
    for (let attempt = 0; attempt < 20 && scheduler.nowMs() < untilMs; attempt += 1) {
      const { wallet } = client
      if (wallet === undefined || wallet.credentials.every(({ id }) => id !== credential.id)) break
      const at = random.pick(slots)
      const base = { epoch: wallet.epoch, version: wallet.version }
      const remove = {
        operation: 'credential.remove',
        ...header(client),
        wallet: wallet.id,
        base,
        credential: credential.id,
      }
      const removed = await send<WalletAnswer>(client, at, remove, 'change', [kept])
      if (removed !== undefined) client.revocations += 1
      const show = { operation: 'wallet.show', ...header(client), wallet: wallet.id }
      const shown = removed ?? (await send<WalletAnswer>(client, at, show, 'read', [kept]))
      client.wallet = shown?.wallet ?? wallet
      await pause(client, 100, 'owner tries again')
    }
  }
}

/** When faults have stopped, every node signs again and knows the same. */
const expectEqual = async (client: Client): Promise<void> => {
  const [kept] = client.keys as [SimulatedKey]
  for (const slot of slots) {
    let signed = false
    for (let attempt = 0; attempt < 50 && !signed; attempt += 1) {
      signed = await sign(client, slot, kept)
      await pause(client, 200, 'client asks once more')
    }
    client.world.checks.expect(9, signed, () => `node ${slot} signs no more`)
  }
}

const work = async (client: Client): Promise<void> => {
  const { world, keys } = client
  const { scheduler } = world
  while (client.wallet === undefined) {
    const made = await send<WalletAnswer>(client, 0, create(client), 'enrol', keys)
    client.wallet = made?.wallet
    await pause(client, 100, 'client begins')
  }
  // The first has made the zone key, which their machine has sealed.
  for (const slot of slots) if (slot !== 0) world.start(slot)
  const untilMs = scheduler.nowMs() + spanMs
  const kill = (): void => {
    for (const slot of slots) world.kill(slot)
    if (scheduler.nowMs() < untilMs) scheduler.after(1000, 'machines', kill)
  }
  kill()
  await Promise.race([
    Promise.all([
      ...slots.map((slot) => signInLoop(client, slot, untilMs)),
      revokeInTurn(client, untilMs),
    ]),
    // What a dead node was asked is never answered.
    pause(client, spanMs, 'the span is over'),
  ])
  world.calm()
  await pause(client, calmMs / 2, 'calm')
  await expectEqual(client)
}

export const runZone = async (
  seed: number,
  options: { readonly stopsClocks?: boolean; readonly onEvent?: (line: string) => void } = {},
): Promise<ZoneReport> => {
  const random = createRandom(seed, 'zone run')
  using crypto = await createCrypto({
    entropy: {
      bytes: (length) => random.bytes(length),
      fill: (buffer) => buffer.set(random.bytes(buffer.length)),
    },
  })
  const scheduler = createScheduler(options.onEvent)
  const checks = createChecks()
  const { stopsClocks = false } = options
  const world = new ZoneWorld({ seed, scheduler, crypto, checks, stopsClocks })
  const keys = Array.from({ length: persons }, (_, index) => simulatedKey(crypto, `p${index}`))
  const client: Client = {
    world,
    keys,
    refused: new Map(),
    signatures: 0,
    revocations: 0,
    wallet: undefined,
  }
  world.start(0)
  const state = { isOver: false }
  const end = (): void => {
    state.isOver = true
  }
  scheduler.after(1, 'the run begins', () => undefined)
  work(client).then(end, (error: unknown) => checks.fault(`work: ${String(error)}`))
  const lastMs = 10 * spanMs + calmMs
  while (!state.isOver && checks.broken === undefined && scheduler.nowMs() < lastMs) {
    if (!(await scheduler.step())) break
  }
  if (checks.broken === undefined && !state.isOver) checks.fault('the run did not end')
  for (const slot of slots) world.node(slot)?.revoke()
  return {
    seed,
    broken: checks.broken,
    signatures: client.signatures,
    refused: client.refused,
    revocations: client.revocations,
    faults: world.faults,
    traceHash: scheduler.traceHash(),
  }
}
