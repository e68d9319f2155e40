/** A simulated mesh: zones, their nodes, the links between them, and what watches it all. */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Mesh } from '@holdfast/enclave/ports/mesh'
import { StoreUnavailable } from '@holdfast/enclave/ports/store'
import {
  type MemorySnapshot,
  restoreDisk,
  snapshotDisk,
} from '@holdfast/enclave/testing/memory-store'
import { readCache } from '@holdfast/enclave/zone-key/sealed-cache'
import { CancelWatch } from './cancel-watch.ts'
import { type Checks, createChecks } from './checks.ts'
import { CountingWatch } from './counting-watch.ts'
import type { DefectHooks } from './defects.ts'
import { type FaultName, type FaultRates, type GovernorsName, noFaults } from './faults.ts'
import { createFreshness, type Freshness } from './freshness.ts'
import { governorsWaitMs, stateBoots } from './governor.ts'
import { GuessWatch } from './guess-watch.ts'
import type { CoreObserver } from './observed-core.ts'
import { createRandom, type Random } from './random.ts'
import { RecordsWatch } from './records-watch.ts'
import type { Scheduler } from './scheduler.ts'
import { ShownWatch } from './shown-watch.ts'
import { createNetwork, type Network } from './simulated-network.ts'
import { createNode, type SimulatedNode } from './simulated-node.ts'
import { openSimulatedStore, type StoreCallFault } from './simulated-store.ts'
import { createZone, type SimulatedZone } from './simulated-zone.ts'
import { withStandIn } from './stand-in-opaque.ts'
import { simulatedManifest, startsAtMs } from './zones.ts'

export type WorldOptions = {
  readonly seed: number
  readonly zones: number
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly collateral: Bytes
  readonly defect: DefectHooks
  /** Told of each request that reaches a core, and of each signature that is made. */
  readonly observer: Pick<CoreObserver, 'received'> & {
    readonly signed: (node: SimulatedNode, answer: Parameters<CoreObserver['signed']>[0]) => void
  }
}

const tickMs = 250
const retryStartMs = 500
const fallenSilenceMs = 15_000

export class World {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly manifest: VerifiedManifest
  readonly zones: ReadonlyMap<ZoneId, SimulatedZone>
  readonly network: Network
  readonly checks: Checks = createChecks()
  readonly records: RecordsWatch
  readonly counting: CountingWatch
  readonly guesses: GuessWatch
  readonly shown: ShownWatch
  readonly cancels: CancelWatch
  readonly freshness: Freshness = createFreshness()
  readonly faultCounts = new Map<FaultName | GovernorsName, number>()
  /** Zones that governors hold for gone, or did. */
  readonly givenUp = new Set<ZoneId>()
  readonly defect: DefectHooks
  /** The rates that are in force now. */
  faults: FaultRates = noFaults
  readonly crypto: Crypto
  readonly #options: WorldOptions
  readonly #faultRandom: Random
  readonly #scheduleRandom: Random
  readonly #running = new Map<ZoneId, SimulatedNode>()
  /** Zones whose node is starting or will be started again. */
  readonly #starting = new Set<ZoneId>()

  constructor(options: WorldOptions) {
    const { seed, crypto, scheduler } = options
    this.#options = options
    this.seed = seed
    this.scheduler = scheduler
    this.guesses = new GuessWatch(this.checks)
    this.shown = new ShownWatch(this.checks)
    this.crypto = withStandIn(crypto, this.guesses)
    this.defect = options.defect
    this.manifest = simulatedManifest(options.zones)
    this.#faultRandom = createRandom(seed, 'faults')
    this.#scheduleRandom = createRandom(seed, 'schedule')
    this.zones = new Map(
      this.manifest.manifest.zones.map(({ id, level }) => [
        id,
        createZone(id, level, createRandom(seed, `machine ${id}`)),
      ]),
    )
    this.records = new RecordsWatch({ crypto, mesh: this.manifest.mesh, checks: this.checks })
    this.records.stored = (zone, document) => this.shown.stored(zone, document)
    this.cancels = new CancelWatch({
      checks: this.checks,
      zones: [...this.zones.keys()],
      names: (zone) => new Set(this.zone(zone).disk.records.keys()),
      placement: (wallet) => this.records.placement(wallet),
      isGrown: (wallet) => this.shown.isGrown(wallet),
    })
    this.counting = new CountingWatch({
      crypto,
      mesh: this.manifest.mesh,
      checks: this.checks,
      records: this.records,
      clocks: () => new Map([...this.zones.keys()].map((zone) => [zone, this.#clockOf(zone)])),
      givenUp: this.givenUp,
    })
    this.network = createNetwork({
      scheduler,
      random: this.#scheduleRandom,
      zones: [...this.zones.keys()],
      fault: (name) => this.strikes(name),
      running: (zone) => this.node(zone),
      arrives: ({ from, to, bytes }) => {
        this.records.checkBytes(to, bytes)
        this.counting.tick()
        this.#heard(to, from)
      },
      linked: (one, other) => {
        this.#heard(one.peer.zone, other.peer.zone)
        this.#heard(other.peer.zone, one.peer.zone)
      },
      tamper: (delivery) => options.defect.message?.(delivery, this.faults === noFaults),
    })
  }

  /** Whether a fault happens now; counted where it does. */
  strikes(name: FaultName): boolean {
    const rate = this.faults[name]
    if (rate === 0 || !this.#faultRandom.chance(rate)) return false
    this.count(name)
    return true
  }

  count(name: FaultName | GovernorsName): void {
    this.faultCounts.set(name, (this.faultCounts.get(name) ?? 0) + 1)
    this.scheduler.note(`fault ${name}`)
  }

  node(zone: ZoneId): SimulatedNode | undefined {
    return this.#running.get(zone)
  }

  running(): readonly SimulatedNode[] {
    return [...this.#running.values()]
  }

  isStarting(zone: ZoneId): boolean {
    return this.#starting.has(zone)
  }

  zone(id: ZoneId): SimulatedZone {
    const zone = this.zones.get(id)
    if (zone === undefined) throw new Error(`no zone ${id}`)
    return zone
  }

  /** Starts a zone's node on its disk; what does not start is started again a little later. */
  start(id: ZoneId): void {
    if (this.#running.has(id) || this.#starting.has(id)) return
    this.#starting.add(id)
    const zone = this.zone(id)
    zone.boots += 1
    const node = this.#createNode(zone)
    node.core.start().then(
      async (started) => {
        if (!started.ok) return this.#failedStart(node)
        await this.#learnKey(node)
        this.#starting.delete(id)
        this.#running.set(id, node)
        // A zone that was refilled has another key by then.
        void node.core.ready().then(() => this.#learnKey(node))
        this.#tick(node, 0)
      },
      (error: unknown) => {
        if (!(error instanceof StoreUnavailable)) this.checks.fault(`start: ${String(error)}`)
        this.#failedStart(node)
      },
    )
  }

  /** Ends a zone's node as kill -9 would. */
  kill(id: ZoneId): void {
    this.#running.get(id)?.revoke()
    this.#running.delete(id)
  }

  /** Ends a zone's node with grace; it is gone when this settles. */
  async stop(id: ZoneId): Promise<void> {
    const node = this.#running.get(id)
    this.#running.delete(id)
    await node?.core.stop()
    node?.revoke()
  }

  snapshot(id: ZoneId): MemorySnapshot {
    return snapshotDisk(this.zone(id).disk)
  }

  /** Gives a zone whose node is dead an older disk. */
  rollBack(id: ZoneId, snapshot: MemorySnapshot): void {
    restoreDisk(this.zone(id).disk, snapshot)
    this.records.rolledBack(id)
    this.counting.rolledBack(id)
    this.cancels.rolledBack(id)
  }

  /** Puts an older copy in the place of a store while its node runs. */
  replaceStore(id: ZoneId, snapshot: MemorySnapshot, isFork: boolean): void {
    const zone = this.zone(id)
    zone.forks += isFork ? 1 : 0
    const fork = isFork ? { incarnation: `${id} restored ${zone.forks}` } : {}
    restoreDisk(zone.disk, snapshot, fork)
    this.records.rolledBack(id)
    this.counting.rolledBack(id)
    this.cancels.rolledBack(id)
    this.records.reread(id, zone.disk)
    this.counting.reread(id, zone.disk)
  }

  /** Gives a zone whose node is dead an empty disk and machine. */
  wipe(id: ZoneId): void {
    const zone = this.zone(id)
    const fresh = createZone(id, zone.level, createRandom(this.seed, `new machine ${id}`))
    zone.disk = fresh.disk
    zone.sealing = fresh.sealing
    this.records.rolledBack(id)
    this.counting.rolledBack(id)
    this.cancels.rolledBack(id)
  }

  /** Whether a node may sign for a wallet now; a link that is really up counts as heard. */
  isFresh(node: SimulatedNode, wallet: Wallet): boolean {
    const { boot } = node.peer
    const voters = this.records.voters(node.zone.id, wallet)
    for (const { zone } of this.network.peersOf(boot)) this.#heard(node.zone.id, zone)
    const self = { boot, zone: node.zone.id, nowMs: node.nowMs() }
    return this.freshness.isFresh(self, { ...wallet, voters })
  }

  #heard(self: ZoneId, other: ZoneId): void {
    const node = this.node(self)
    if (node !== undefined) this.freshness.heard(node.peer.boot, other, node.nowMs())
  }

  #failedStart(node: SimulatedNode): void {
    const { id } = node.zone
    node.revoke()
    this.scheduler.after(retryStartMs, `${id} starts again`, () => {
      this.#starting.delete(id)
      this.start(id)
    })
  }

  #createNode(zone: SimulatedZone): SimulatedNode {
    const { scheduler, collateral, defect, observer } = this.#options
    const random = createRandom(this.seed, `node ${zone.id} ${zone.boots}`)
    return createNode({
      scheduler,
      zone,
      random,
      manifest: this.manifest,
      crypto: defect.crypto?.(this.crypto) ?? this.crypto,
      collateral,
      observer: (node) => ({
        received: observer.received,
        signed: (answer) => observer.signed(node(), answer),
      }),
      store: (isAlive) =>
        openSimulatedStore({
          disk: zone.disk,
          label: zone.id,
          scheduler,
          random: this.#scheduleRandom,
          isAlive,
          fault: (isCommit) => this.#storeFault(isCommit),
          isSlow: () => this.strikes('storeSlow'),
          mangle: (batch) => defect.batch?.(zone.id, batch) ?? batch,
          applied: (batch) => {
            // First: a wallet that is made anew is another one, too.
            this.cancels.applied(zone.id, batch)
            this.records.applied(zone.id, batch)
            this.counting.applied(zone.id, batch)
          },
        }),
      mesh: (node) => this.#meshOf(node),
    })
  }

  #meshOf(self: () => SimulatedNode): Mesh {
    const { peers } = this.#options.defect
    return {
      peers: () => {
        const { peer, zone } = self()
        const listed = this.network.peersOf(peer.boot)
        // The core hears whom it finds listed, by its clock of that moment.
        for (const other of listed) this.#heard(zone.id, other.zone)
        return peers?.(zone.id, listed) ?? listed
      },
      ask: (boot, message, { timeoutMs }) => this.network.ask(self(), boot, message, timeoutMs),
    }
  }

  #storeFault(isCommit: boolean): StoreCallFault | undefined {
    if (this.strikes('storeUnavailable')) return isCommit ? 'commitLost' : 'storeUnavailable'
    if (!isCommit) return undefined
    for (const name of ['commitLost', 'commitUnacknowledged', 'commitLate'] as const) {
      if (this.strikes(name)) return name
    }
    return undefined
  }

  async #learnKey({ zone, crypto }: SimulatedNode): Promise<void> {
    const [zoneKey] = await readCache({
      crypto,
      entropy: { bytes: (length) => new Uint8Array(length), fill: () => undefined },
      sealing: zone.sealing,
      mesh: this.manifest.mesh,
      zone: zone.id,
    })
    if (zoneKey === undefined) return this.checks.fault(`the key of ${zone.id} cannot be opened`)
    // A copy that outlives the node: late commits are looked at too.
    const secret = zoneKey.secret.use((bytes) => this.crypto.secretFrom(bytes.slice()))
    this.records.reload(zone.id, { epoch: zoneKey.epoch, secret }, zone.disk)
    this.counting.reload(zone.id, { epoch: zoneKey.epoch, secret }, zone.disk)
  }

  #clockOf(zone: ZoneId): number {
    return Math.floor(startsAtMs + this.scheduler.nowMs() + this.zone(zone).clockOffsetMs)
  }

  /** What the zones cannot confirm, since all of them began anew, governors do. */
  #confirm(node: SimulatedNode): void {
    const nowMs = Math.floor(startsAtMs + this.scheduler.nowMs())
    const statement = stateBoots(this.manifest, this.running(), nowMs)
    node.core.takeStatement(statement).catch((error: unknown) => {
      this.checks.fault(`statement: ${String(error)}`)
    })
  }

  /** What the shell does where a core finds its store to be older (packages/node/main.ts). */
  #restartLater({ zone: { id } }: SimulatedNode): void {
    this.kill(id)
    this.#starting.add(id)
    this.scheduler.after(fallenSilenceMs, `${id} starts after its store fell`, () => {
      this.#starting.delete(id)
      this.start(id)
    })
  }

  #tick(node: SimulatedNode, waitedMs: number): void {
    this.scheduler.after(tickMs, `${node.zone.id} tick`, () => {
      if (!node.isAlive()) return
      if (node.core.status().state === 'fallen') return this.#restartLater(node)
      for (const { zone } of this.network.peersOf(node.peer.boot)) this.#heard(node.zone.id, zone)
      node.core.tick().catch((error: unknown) => this.checks.fault(`tick: ${String(error)}`))
      const waits = node.core.status().state === 'waiting_for_confirmation'
      if (waits && waitedMs >= governorsWaitMs) this.#confirm(node)
      this.#tick(node, waits && waitedMs < governorsWaitMs ? waitedMs + tickMs : 0)
    })
  }
}
