/** Several real cores of one zone on one shared store, on the virtual clock, with faults. */
import { createSimulatedRoot, simulatedCollateral } from '@holdfast/attestation'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { refuse } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Batch, Store } from '@holdfast/enclave/ports/store'
import type { Checks } from '../checks.ts'
import { createRandom, type Random } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import { createNode, type SimulatedNode } from '../simulated-node.ts'
import { openSimulatedStore, type StoreCallFault } from '../simulated-store.ts'
import { createZone, type SimulatedZone } from '../simulated-zone.ts'
import { simulatedManifest, startsAtMs } from '../zones.ts'
import { withLateWatch } from './late-watch.ts'

export const slots = [0, 1, 2] as const
export type Slot = (typeof slots)[number]

export type ZoneWorldOptions = {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly checks: Checks
  /** A deliberate defect: the host stops a node's clock while its watch is silent. */
  readonly stopsClocks: boolean
}

/** Of the sealed form (records/record-seal): epoch and version stand in the clear. */
const versionOf = (sealed: Bytes): number =>
  new DataView(sealed.buffer, sealed.byteOffset, sealed.length).getUint32(9)

const restartMsMax = 3000

export class ZoneWorld {
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly random: Random
  readonly checks: Checks
  readonly manifest = simulatedManifest(1)
  /** When each version of a wallet was committed first, on the virtual clock. */
  readonly committed = new Map<number, number>()
  readonly faults = new Map<string, number>()
  readonly #options: ZoneWorldOptions
  readonly #shared: SimulatedZone
  readonly #collateral: Bytes
  readonly #nodes = new Map<Slot, SimulatedNode>()
  readonly #signed = new Map<Slot, number>()
  readonly #frozen = new Map<Slot, { readonly fromMs: number; readonly toMs: number }>()
  #isCalm = false
  #boots = 0

  constructor(options: ZoneWorldOptions) {
    const { seed, scheduler, crypto, checks } = options
    this.#options = options
    this.scheduler = scheduler
    this.crypto = crypto
    this.checks = checks
    this.random = createRandom(seed, 'zone faults')
    this.#shared = createZone(ZoneId('eu-west'), 3, createRandom(seed, 'zone machine'))
    const entropy = (length: number): Bytes => this.random.bytes(length)
    const root = createSimulatedRoot({ entropy, nowMs: startsAtMs })
    this.#collateral = utf8(JSON.stringify(simulatedCollateral(root, { nowMs: startsAtMs })))
  }

  node(slot: Slot): SimulatedNode | undefined {
    return this.#nodes.get(slot)
  }

  /** When a node of the slot last signed, on the virtual clock. */
  signedAtMs(slot: Slot): number {
    return this.#signed.get(slot) ?? 0
  }

  /** Without faults from now on. */
  calm(): void {
    this.#isCalm = true
  }

  start(slot: Slot): void {
    const node = this.#create(slot)
    const again = (): void => {
      node.revoke()
      this.scheduler.after(500, `${slot} starts again`, () => this.start(slot))
    }
    node.core.start().then(
      (started) => {
        if (started.ok) this.#nodes.set(slot, node)
        else again()
      },
      (error: unknown) => this.checks.fault(`start: ${String(error)}`),
    )
  }

  /** Now and then. */
  kill(slot: Slot): void {
    if (!this.#nodes.has(slot) || !this.#strikes('node killed', 0.1)) return
    this.#nodes.get(slot)?.revoke()
    this.#nodes.delete(slot)
    const restMs = this.random.between(100, restartMsMax)
    this.scheduler.after(restMs, `${slot} starts`, () => this.start(slot))
  }

  #strikes(name: string, chance: number): boolean {
    if (this.#isCalm || !this.random.chance(chance)) return false
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1)
    this.scheduler.note(`fault ${name}`)
    return true
  }

  #storeFault(isCommit: boolean): StoreCallFault | undefined {
    if (this.#strikes('store unavailable', 0.01))
      return isCommit ? 'commitLost' : 'storeUnavailable'
    if (!isCommit) return undefined
    if (this.#strikes('commit late', 0.01)) return 'commitLate'
    return this.#strikes('commit unacknowledged', 0.02) ? 'commitUnacknowledged' : undefined
  }

  #watchDelayMs(slot: Slot): number {
    const { random } = this
    if (this.#strikes('watch silent', 0.01)) {
      const silentMs = random.between(1000, 6000)
      const fromMs = this.scheduler.nowMs()
      const { stopsClocks } = this.#options
      if (stopsClocks) this.#frozen.set(slot, { fromMs, toMs: fromMs + silentMs })
      return silentMs
    }
    return this.#strikes('watch late', 0.05) ? random.between(100, 1200) : random.between(0.1, 5)
  }

  #applied(batch: Batch): void {
    for (const write of batch.writes) {
      if (write.type !== 'put' || !write.key.startsWith('wallet/')) continue
      const version = versionOf(write.value)
      if (!this.committed.has(version)) this.committed.set(version, this.scheduler.nowMs())
    }
  }

  #clockOffsetMs(slot: Slot): number {
    const stop = this.#frozen.get(slot)
    const nowMs = this.scheduler.nowMs()
    return stop !== undefined && nowMs < stop.toMs ? stop.fromMs - nowMs : 0
  }

  /** The zone as one of its machines has it: with a clock of its own. */
  #zoneOf(slot: Slot): SimulatedZone {
    const offset = (): number => this.#clockOffsetMs(slot)
    return {
      ...this.#shared,
      get clockOffsetMs() {
        return offset()
      },
    }
  }

  #cryptoOf(slot: Slot): Crypto {
    const { secp256k1 } = this.crypto
    const sign: typeof secp256k1.sign = (input) => {
      this.#signed.set(slot, this.scheduler.nowMs())
      return secp256k1.sign(input)
    }
    return { ...this.crypto, secp256k1: { ...secp256k1, sign } }
  }

  #storeOf(slot: Slot, isAlive: () => boolean): Store {
    const { scheduler, random } = this
    const store = openSimulatedStore({
      disk: this.#shared.disk,
      label: `store ${slot}`,
      scheduler,
      random,
      isAlive,
      fault: (isCommit) => this.#storeFault(isCommit),
      isSlow: () => this.#strikes('store slow', 0.01),
      applied: (batch) => this.#applied(batch),
    })
    return withLateWatch(store, scheduler, { delayMs: () => this.#watchDelayMs(slot), isAlive })
  }

  #create(slot: Slot): SimulatedNode {
    this.#boots += 1
    const nothing = (): void => undefined
    return createNode({
      scheduler: this.scheduler,
      zone: this.#zoneOf(slot),
      random: createRandom(this.#options.seed, `zone node ${this.#boots}`),
      manifest: this.manifest,
      crypto: this.#cryptoOf(slot),
      collateral: this.#collateral,
      observer: () => ({ mayOrder: () => true, received: nothing, signed: nothing }),
      store: (isAlive) => this.#storeOf(slot, isAlive),
      mesh: () => ({ peers: () => [], ask: async () => refuse('unreachable', 'no other zone') }),
    })
  }
}
