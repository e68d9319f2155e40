/** Faults of machines, networks, clocks and disks: what happens to zones rather than to calls. */
import type { ZoneId } from '@holdfast/base/ids'
import type { MemorySnapshot } from '@holdfast/enclave/testing/memory-store'
import { createRandom, type Random } from './random.ts'
import type { World } from './world.ts'

const periodMs = 250
/** Longer than any message lives: nothing of the old history is still on its way. */
const restoreMs = 15_000

export class FaultDriver {
  readonly #world: World
  readonly #random: Random
  readonly #zones: readonly ZoneId[]
  readonly #snapshots = new Map<ZoneId, MemorySnapshot>()
  /** Zones that a fault holds down; what ends the fault starts them. */
  readonly #down = new Set<ZoneId>()
  #active = true

  constructor(world: World) {
    this.#world = world
    this.#random = createRandom(world.seed, 'fault driver')
    this.#zones = [...world.zones.keys()]
  }

  start(): void {
    this.#world.scheduler.after(periodMs, 'faults', () => {
      if (!this.#active) return
      this.#strike()
      this.start()
    })
  }

  /** Ends all faults: links heal, clocks are set right, zones come back, but for `except`. */
  calm(except: ReadonlySet<ZoneId> = new Set()): void {
    this.#active = false
    this.#world.network.heal()
    for (const zone of this.#zones) {
      this.#world.zone(zone).clockOffsetMs = 0
      if (!except.has(zone) && !this.#down.has(zone)) this.#world.start(zone)
    }
  }

  /** Ends a zone's node until it is released. */
  hold(zone: ZoneId): void {
    this.#down.add(zone)
    this.#world.kill(zone)
  }

  release(zone: ZoneId): void {
    if (this.#down.delete(zone)) this.#world.start(zone)
  }

  holdsAnyDown(): boolean {
    return this.#down.size > 0
  }

  /** Whether the zone waits for an older disk. */
  holdsDown(zone: ZoneId): boolean {
    return this.#down.has(zone)
  }

  #happens(name: 'crash' | 'zoneRestart' | 'blackout' | 'partition' | 'clockJump'): boolean {
    const { faults } = this.#world
    if (!this.#random.chance((faults[name] * periodMs) / 1000)) return false
    this.#world.count(name)
    return true
  }

  #strike(): void {
    if (this.#happens('crash')) this.#crash(this.#random.pick(this.#zones))
    if (this.#happens('zoneRestart')) this.#restart(this.#random.pick(this.#zones))
    if (this.#happens('blackout')) for (const zone of this.#zones) this.#crash(zone)
    if (this.#happens('partition')) this.#partition()
    if (this.#happens('clockJump')) this.#jump()
    this.#rollBack()
  }

  #crash(zone: ZoneId): void {
    this.#world.kill(zone)
    this.#startLater(zone)
  }

  #restart(zone: ZoneId): void {
    void this.#world.stop(zone).then(() => this.#startLater(zone))
  }

  #startLater(zone: ZoneId): void {
    this.#world.scheduler.after(this.#random.between(50, 5000), `${zone} starts`, () => {
      if (!this.#down.has(zone)) this.#world.start(zone)
    })
  }

  /** One zone from all others, or one link. */
  #partition(): void {
    const { network, scheduler } = this.#world
    const lone = this.#random.pick(this.#zones)
    const others = this.#zones.filter((zone) => zone !== lone)
    const cut = this.#random.chance(0.5) ? others : [this.#random.pick(others)]
    for (const other of cut) network.cut(lone, other, true)
    scheduler.after(this.#random.between(500, 12_000), 'heals', () => {
      for (const other of cut) network.cut(lone, other, false)
    })
  }

  #jump(): void {
    const zone = this.#world.zone(this.#random.pick(this.#zones))
    const spanMs = this.#random.pick([5_000, 60_000, 2 * 3_600_000])
    zone.clockOffsetMs = Math.floor(this.#random.between(-spanMs, spanMs))
  }

  /** One store at a time, while no zone lacks anything that another rollback took. */
  #rollBack(): void {
    const { cancels, faults, records, counting, givenUp } = this.#world
    // What is left of a placement has nobody who remembers what its store forgets.
    if (givenUp.size > 0) return
    const zone = this.#random.pick(this.#zones)
    if (this.#random.chance(0.1)) this.#snapshots.set(zone, this.#world.snapshot(zone))
    const snapshot = this.#snapshots.get(zone)
    if (snapshot === undefined) return
    const kind = (['storeRollback', 'storeFall', 'storeFork'] as const).find((name) =>
      this.#random.chance((faults[name] * periodMs) / 1000),
    )
    if (kind === undefined) return
    if (this.#down.size > 0 || this.#zones.some((one) => records.isBehind(one))) return
    if (this.#zones.some((one) => counting.isBehind(one) || cancels.isBehind(one))) return
    if (this.#world.node(zone) === undefined) return
    this.#world.count(kind)
    if (kind !== 'storeRollback') {
      this.#world.replaceStore(zone, snapshot, kind === 'storeFork')
      return
    }
    this.#down.add(zone)
    this.#world.kill(zone)
    this.#world.scheduler.after(restoreMs, `${zone} is restored`, () => {
      this.#world.rollBack(zone, snapshot)
      this.#down.delete(zone)
      this.#world.start(zone)
    })
  }
}
