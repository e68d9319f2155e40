/**
 * What the governors of a run do: they move homes, give up a zone that they hold for gone, and
 * strike removals from a zone that they hold for lost. They are right in so far as one zone at a
 * time is given up, while no store was put back; what they hold for lost lives on.
 */
import {
  encodeHomeStatement,
  encodeSignedStatement,
  signHomeStatement,
} from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import type { HomeStatement } from '@holdfast/base/home-statement'
import type { ZoneId } from '@holdfast/base/ids'
import type { FaultDriver } from './fault-driver.ts'
import type { Owners } from './owners.ts'
import { createRandom, type Random } from './random.ts'
import type { World } from './world.ts'
import { governorPrivateKey, startsAtMs } from './zones.ts'

const dayMs = 86_400_000
const repeatMs = 3000
const repeatsMax = 8
/** How often they look whether a zone has left that is cut off. */
const looksMax = 12

type Said = Pick<HomeStatement, 'moves' | 'givenUp' | 'lost'>

type Telling = { readonly said: Said; readonly repeats: number; readonly random: Random }

export class Governors {
  readonly #world: World
  readonly #driver: FaultDriver
  readonly #random: Random
  readonly #zones: readonly ZoneId[]
  readonly #owners: Owners
  /** Drawn apart, so that all else stays as it is. */
  readonly #whose: Random
  readonly #strikes: Random
  readonly #owned: Random
  #isCalm = false

  constructor(world: World, driver: FaultDriver, owners: Owners) {
    this.#world = world
    this.#driver = driver
    this.#owners = owners
    this.#whose = createRandom(world.seed, 'who gives up')
    this.#owned = createRandom(world.seed, 'owners lose')
    this.#strikes = createRandom(world.seed, 'governors strike')
    this.#random = createRandom(world.seed, 'governors')
    this.#zones = [...world.zones.keys()]
  }

  /** In half of the runs they do nothing. */
  start(withinMs: number): void {
    const { scheduler } = this.#world
    if (this.#strikes.chance(0.5)) this.#strikeAfter()
    this.#loseByOwners(withinMs)
    if (this.#random.chance(0.5)) return
    const moves = this.#random.below(4)
    for (let index = 0; index < moves; index += 1) {
      scheduler.after(this.#random.between(0, withinMs), 'governors move', () => this.#move())
    }
    if (this.#random.chance(0.5)) return
    scheduler.after(this.#random.between(1000, withinMs / 2), 'governors lose a zone', () =>
      this.#lose(this.#random.pick(this.#zones)),
    )
  }

  /** What was given up comes back. */
  calm(): void {
    this.#isCalm = true
    for (const zone of this.#world.givenUp) this.#driver.release(zone)
  }

  #move(): void {
    const [founder, home] = [this.#random.pick(this.#zones), this.#random.pick(this.#zones)]
    if (this.#world.givenUp.has(home)) return
    this.#state({ moves: [{ founder, home }], givenUp: [] })
  }

  /** Where governors do nothing of the kind, owners of wallets in two zones may. */
  #loseByOwners(withinMs: number): void {
    if (this.#owned.chance(0.7)) return
    const atMs = this.#owned.between(1000, withinMs / 2)
    this.#world.scheduler.after(atMs, 'owners lose a zone', () => {
      if (this.#world.givenUp.size === 0) this.#lose(this.#owned.pick(this.#zones), 'owners')
    })
  }

  /** They look again and again for a zone that is to erase; most of them are heard no more. */
  #strikeAfter(): void {
    const ms = this.#strikes.between(200, 800)
    this.#world.scheduler.after(ms, 'governors look for removals', () => {
      if (this.#isCalm) return
      const { from, left } = this.#world.records.leaving()
      const [zone] = [...left, ...from]
      if (zone === undefined) return this.#strikeAfter()
      const isCut = this.#strikes.chance(0.8)
      for (const other of this.#zones) {
        if (isCut && other !== zone) this.#world.network.cut(zone, other, true)
      }
      this.#strikeWhenLeft(zone, looksMax)
    })
  }

  /** Once the others have agreed that it is to erase, or never. */
  #strikeWhenLeft(zone: ZoneId, looks: number): void {
    const { scheduler, records } = this.#world
    const ms = this.#strikes.between(1000, 2000)
    scheduler.after(ms, 'governors look for a removal', () => {
      const isOver = this.#isCalm || looks === 0
      if (!isOver && !records.leaving().left.has(zone)) return this.#strikeWhenLeft(zone, looks - 1)
      if (!isOver) scheduler.after(ms, 'governors strike a zone', () => this.#strike(zone))
      scheduler.after(
        isOver ? 0 : this.#strikes.between(4000, 9000),
        'what was lost returns',
        () => {
          const { network } = this.#world
          for (const other of this.#zones) if (other !== zone) network.cut(zone, other, false)
          if (!this.#isCalm) this.#strikeAfter()
        },
      )
    })
  }

  #strike(zone: ZoneId): void {
    this.#world.records.lost.add(zone)
    this.#world.count('removalStruck')
    const said = { moves: [], givenUp: [], lost: [zone] }
    this.#tell(this.#sign(said), { said, repeats: 2, random: this.#strikes })
  }

  /** It dies, or is cut off and lives on: governors cannot tell. */
  #lose(zone: ZoneId, by?: 'owners'): void {
    const { cancels, network, scheduler, records, counting, givenUp } = this.#world
    const forgets = (one: ZoneId): boolean =>
      records.isBehind(one) || counting.isBehind(one) || cancels.isBehind(one)
    if (this.#isCalm || this.#driver.holdsAnyDown() || this.#zones.some(forgets)) return
    if (this.#random.chance(0.5)) this.#driver.hold(zone)
    else {
      for (const other of this.#zones) if (other !== zone) network.cut(zone, other, true)
    }
    givenUp.add(zone)
    const who = by ?? this.#whose.pick(['governors', 'owners', 'both'] as const)
    if (who !== 'governors') this.#owners.giveUp(zone, () => this.#isCalm)
    const atMs = this.#random.between(0, 6000)
    if (who !== 'owners') {
      scheduler.after(atMs, 'governors give a zone up', () =>
        this.#state({ moves: [], givenUp: [zone] }),
      )
    }
    scheduler.after(this.#random.between(8000, 30_000), 'what was given up returns', () => {
      for (const other of this.#zones) if (other !== zone) network.cut(zone, other, false)
      this.#driver.release(zone)
    })
  }

  #state(said: Said): void {
    this.#world.count(said.givenUp.length > 0 ? 'zoneGivenUp' : 'homeMoved')
    this.#tell(this.#sign(said), { said, repeats: repeatsMax, random: this.#random })
  }

  #sign(said: Said): Bytes {
    const { mesh, manifest } = this.#world.manifest
    const nowMs = Math.floor(startsAtMs + this.#world.scheduler.nowMs())
    const bytes = encodeHomeStatement({
      format: 'holdfast homes v1',
      mesh,
      serial: manifest.serial,
      issuedAt: new Date(nowMs).toISOString(),
      // Clocks of zones jump by hours here.
      expiresAt: new Date(nowMs + dayMs).toISOString(),
      ...said,
    })
    const signature = signHomeStatement(bytes, governorPrivateKey)
    return encodeSignedStatement(bytes, [{ governor: 'one', signature }])
  }

  /** The operator repeats it at whatever node is there. */
  #tell(signed: Bytes, telling: Telling): void {
    const { said, repeats, random } = telling
    const { scheduler, checks } = this.#world
    const nodes = this.#world.running().filter(({ zone }) => !said.givenUp.includes(zone.id))
    if (nodes.length > 0) {
      const { core } = random.pick(nodes)
      core.takeHomes(signed).catch((error: unknown) => checks.fault(`homes: ${String(error)}`))
    }
    if (repeats === 0 || this.#isCalm) return
    scheduler.after(repeatMs, 'governors repeat', () =>
      this.#tell(signed, { ...telling, repeats: repeats - 1 }),
    )
  }
}
