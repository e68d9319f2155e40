/**
 * Zones that count, without the rest of their cores: real records on memory stores, real messages,
 * several nodes to a zone, links that are cut or lose answers, hosts that set clocks and put
 * stores back.
 */
import { accept, refuse } from '@holdfast/base/errors'
import { BootId, MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import { parseTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { Mesh, Peer } from '../../ports/mesh.ts'
import { createFallWatch } from '../../records/fall-watch.ts'
import { createRecords } from '../../records/records.ts'
import {
  encodePeerAnswer,
  type PeerRequest,
  parsePeerRequest,
} from '../../replication/peers/messages.ts'
import { createPeers } from '../../replication/peers/peers.ts'
import {
  createMemoryDisk,
  type MemoryDisk,
  type MemorySnapshot,
  openMemoryStore,
  restoreDisk,
  snapshotDisk,
} from '../../testing/memory-store.ts'
import { type AgreedClock, createAgreedClock } from '../../time/agreed-clock.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'
import type { WalletTable } from '../../wallets/wallet-table.ts'
import { oneZoneKey } from '../../zone-key/zone-keys.ts'
import type { Counter, CounterId } from '../counter.ts'
import { type Counters, createCounters } from '../create-counters.ts'

/** Signatures in an hour, counted in blocks. */
export const hourlyCounter = (limit: number): Counter => ({
  id: 'rule signatures 3600000' as CounterId,
  limit: BigInt(limit),
  lengthMs: 3_600_000,
  exact: false,
})

export type CountingNode = {
  readonly zone: ZoneId
  readonly boot: BootId
  readonly counters: Counters
  readonly time: AgreedClock
}

export type CountingMesh = {
  readonly entry: WalletEntry
  /** The running nodes of a zone. */
  nodes(zone: string): readonly CountingNode[]
  start(zone: string): CountingNode
  /** Ends a node: nothing of it arrives any more. */
  kill(node: CountingNode): void
  cut(one: string, other: string, isCut: boolean): void
  /**
   * Nothing arrives at a zone, and nobody is told: who waits for long waits until the silence ends,
   * and is answered then.
   */
  silence(zone: string, isSilent: boolean): void
  /** Asked for each answer on its way: true where it is lost. */
  loses: () => boolean
  snapshot(zone: string): MemorySnapshot
  putBack(zone: string, snapshot: MemorySnapshot): void
  /** What governors have said, as one zone knows it. */
  giveUp(at: string, gone: readonly string[]): void
  /** What the host of a zone adds to the time. */
  setClock(zone: string, offsetMs: number): void
  advance(ms: number): void
}

/** What is asked with less patience is told of a silence. */
const shortTimeoutMs = 2000

const wallet = WalletId(`wal_0000${'cd'.repeat(20)}`)
const mesh = MeshId(`mesh_${'ab'.repeat(32)}`)

/** A document of which counting reads these fields alone. */
export const entryOf = (zones: readonly string[], rest: Partial<Wallet> = {}): WalletEntry => ({
  wallet: {
    id: wallet,
    epoch: 1,
    version: 1,
    home: ZoneId(zones[0] ?? ''),
    placement: { constraints: {}, zones: zones.map((zone) => ZoneId(zone)), durability: 1 },
    policy: { format: 'holdfast policy v1', rules: [] },
    ...rest,
  } as unknown as Wallet,
  payload: new Uint8Array(),
  hash: '',
  accounts: new Map(),
  credentials: new Map(),
})

/** Counting asks for a document by its id, and for the zones that hold it. */
const tableOf = (entry: WalletEntry): WalletTable =>
  ({
    read: async () => entry,
    cached: () => entry,
    indexed: () => ({ id: wallet, holders: entry.wallet.placement.zones }),
  }) as unknown as WalletTable

export const createCountingMesh = (options: {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly zones: readonly string[]
  /** Which of them hold the wallet; all where absent. */
  readonly placement?: readonly string[]
  readonly wallet?: Partial<Wallet>
  /** Waits before a message arrives, and before its answer does. */
  readonly delay?: () => Promise<void>
}): CountingMesh => {
  const { crypto, entropy, zones } = options
  const delay = options.delay ?? (async () => undefined)
  const entry = entryOf(options.placement ?? zones, options.wallet)
  let nowMs = parseTimestamp('2026-11-22T12:00:00Z')
  const offsets = new Map<string, number>()
  const givenUp = new Map<string, readonly string[]>()
  const cuts = new Set<string>()
  const silent = new Set<string>()
  const waiting = new Set<() => void>()
  const alive = new Set<CountingNode>()
  const disks = new Map<string, MemoryDisk>(zones.map((zone) => [zone, createMemoryDisk(zone)]))
  const keys = new Map(
    zones.map((zone) => {
      const secret = crypto.secret(32)
      secret.use((bytes) => entropy.fill(bytes))
      return [zone, oneZoneKey({ epoch: 1, secret })]
    }),
  )
  const linkName = (one: string, other: string): string => [one, other].toSorted().join(' ')
  const isCut = (one: string, other: string): boolean => cuts.has(linkName(one, other))
  const peerOf = ({ boot, zone }: CountingNode): Peer => ({
    boot,
    zone,
    level: 1,
    measurement: '',
    roundTripMs: 1,
  })
  const world: { loses: () => boolean } = { loses: () => false }

  const answer = async (
    node: CountingNode,
    from: Peer,
    request: PeerRequest,
  ): Promise<ReturnType<typeof encodePeerAnswer>> => {
    if (request.type === 'time') {
      return encodePeerAnswer(accept({ nowMs: nowMs + (offsets.get(node.zone) ?? 0) }))
    }
    const { answers } = node.counters
    const handler = answers[request.type as keyof typeof answers] as (
      peer: Peer,
      request: PeerRequest,
    ) => Promise<Parameters<typeof encodePeerAnswer>[0]>
    return encodePeerAnswer(await handler(from, request))
  }

  const meshOf = (self: () => CountingNode): Mesh => ({
    peers: () =>
      [...alive].filter((node) => node !== self() && !isCut(node.zone, self().zone)).map(peerOf),
    ask: async (boot, message, { timeoutMs }) => {
      const target = [...alive].find((node) => node.boot === boot)
      const from = self()
      const isThere = (): boolean =>
        target !== undefined &&
        alive.has(target) &&
        alive.has(from) &&
        !isCut(target.zone, from.zone)
      await delay()
      if (target !== undefined && silent.has(target.zone)) {
        if (timeoutMs <= shortTimeoutMs) return refuse('unreachable', 'no answer came in time')
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
      if (target === undefined || !isThere()) return refuse('unreachable', 'no link')
      const bytes = await answer(target, peerOf(from), parsePeerRequest(message))
      await delay()
      return isThere() && !world.loses() ? accept(bytes) : refuse('unreachable', 'it broke')
    },
  })

  const start = (zone: string): CountingNode => {
    const disk = disks.get(zone)
    const zoneKeys = keys.get(zone)
    if (disk === undefined || zoneKeys === undefined) throw new Error(zone)
    const id = ZoneId(zone)
    const boot = BootId.of(entropy.bytes(16))
    const clock = {
      nowMs: () => nowMs + (offsets.get(zone) ?? 0),
      sleep: async () => undefined,
    }
    const claimed = { key: 'zone/epoch', revision: 'absent' } as const
    const store = openMemoryStore(disk)
    const records = createRecords({
      crypto,
      entropy,
      store,
      mesh,
      zone: id,
      zoneKeys,
      claim: { conditions: () => [claimed], renew: async () => 'lost', isHeld: async () => true },
      fall: createFallWatch(store, disk, () => undefined),
      replaced: () => undefined,
    })
    const made: { node?: CountingNode } = {}
    const self = (): CountingNode => {
      if (made.node === undefined) throw new Error('not started')
      return made.node
    }
    const peers = createPeers(meshOf(self), clock)
    const time = createAgreedClock({ zone: id, clock, peers })
    const counters = createCounters({
      crypto,
      entropy,
      clock,
      records,
      wallets: tableOf(entry),
      peers,
      time,
      zone: id,
      zones: zones.map((one) => ({ id: ZoneId(one) })),
      promises: {
        get: (group) => {
          const without = givenUp.get(zone)
          const promise = { group, epoch: 65_536, candidate: id, adopted: true, commandedAtMs: 1 }
          return without && { ...promise, without: without.map((one) => ZoneId(one)) }
        },
      },
      self: { zone: id, boot, measurement: '00'.repeat(32) },
    })
    const node: CountingNode = { zone: id, boot, counters, time }
    made.node = node
    alive.add(node)
    return node
  }

  for (const zone of zones) start(zone)
  return Object.assign(world, {
    entry,
    nodes: (zone: string) => [...alive].filter((node) => node.zone === zone),
    start,
    kill: (node: CountingNode) => void alive.delete(node),
    cut: (one: string, other: string, isIt: boolean) => {
      if (isIt) cuts.add(linkName(one, other))
      else cuts.delete(linkName(one, other))
    },
    silence: (zone: string, isIt: boolean) => {
      if (isIt) silent.add(zone)
      else silent.delete(zone)
      for (const goOn of waiting) goOn()
      waiting.clear()
    },
    snapshot: (zone: string) => snapshotDisk(disks.get(zone) ?? createMemoryDisk()),
    putBack: (zone: string, snapshot: MemorySnapshot) => {
      const disk = disks.get(zone)
      if (disk !== undefined) restoreDisk(disk, snapshot)
    },
    setClock: (zone: string, offsetMs: number) => void offsets.set(zone, offsetMs),
    giveUp: (at: string, gone: readonly string[]) => void givenUp.set(at, gone),
    advance: (ms: number) => {
      nowMs += ms
    },
  })
}
