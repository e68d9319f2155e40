/**
 * The rotation of a zone's key (DESIGN §4): made by the node that leads its zone, sealed on its
 * machine, handed to its peers, announced to the other zones, and only then taken into use, by one
 * commit that every other write compares. Each step may be the last before a crash: the next boot
 * finds the store under the one key or the other, has both, and the other zones know both.
 */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Clock } from '../ports/clock.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Write } from '../ports/store.ts'
import { claimName, zoneEpochName } from '../records/names.ts'
import { sealClaim } from '../records/store-claim.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { EpochGuard, GuardOptions } from './epoch-guard.ts'
import { type EpochRecord, sealEpoch } from './epoch-record.ts'
import { isInForce } from './handover.ts'
import { handoverTimeoutMs, offerAttemptsMax } from './limits.ts'
import { generateZoneKey } from './open-zone-key.ts'
import { mustRotate } from './removed-holders.ts'
import { createReseal, type Reseal } from './reseal.ts'
import { type CacheOptions, writeCache } from './sealed-cache.ts'
import { oneZoneKey, type ZoneKey } from './zone-keys.ts'

export type RotationOptions = Omit<GuardOptions, 'ask' | 'advanced'> &
  CacheOptions & {
    readonly clock: Clock
    readonly guard: EpochGuard
    readonly peers: Peers
    readonly manifest: () => VerifiedManifest
    /** Whether the delay of this code is over (standing/first-seen.ts). */
    readonly isOver: (measurement: string) => boolean
    /** Whether this node itself is what the manifest lists: another makes no key. */
    readonly isListed: () => boolean
    /** Tells the other zones of a key of the next epoch; true once enough of them know it. */
    announce(zoneKey: ZoneKey): Promise<boolean>
  }

export type Rotation = {
  /** A step further where a rotation is due or under way. */
  tick(): Promise<void>
  /** A peer of this zone hands over the key of the next epoch. */
  take(peer: Peer, next: { readonly epoch: number; readonly key: Bytes }): Promise<Result<void>>
  /** The store is under another key now: the cache forgets the one before. */
  advanced(): Promise<void>
  isUnderWay(): boolean
}

class ZoneRotation implements Rotation {
  readonly #options: RotationOptions
  #reseal: { readonly epoch: number; readonly work: Reseal } | undefined
  #made: { readonly zoneKey: ZoneKey; readonly serial: number } | undefined
  #offers = 0

  constructor(options: RotationOptions) {
    this.#options = options
  }

  isUnderWay = (): boolean => this.#options.ring.previous() !== undefined

  async tick(): Promise<void> {
    const { guard, isListed, manifest, ring, zone } = this.#options
    if (!this.#leads()) return
    if (ring.previous() !== undefined) return this.#sealAgain()
    if (mustRotate(manifest(), zone, guard.serial()) && isListed()) return this.#rotate()
  }

  /** Of the nodes that are linked: who is listed no longer has a beat still, and no link. */
  #leads(): boolean {
    const { boot, peers, zone } = this.#options
    return peers.list().every((peer) => peer.zone !== zone || boot < peer.boot)
  }

  async take(
    peer: Peer,
    next: { readonly epoch: number; readonly key: Bytes },
  ): Promise<Result<void>> {
    const { crypto, ring, zone } = this.#options
    if (peer.zone !== zone) return refuse('wrong_zone', 'the key of a zone comes from its nodes')
    if (next.key.length !== 32 || next.epoch !== ring.current().epoch + 1) {
      return refuse('conflict', 'it is not the key of the next epoch')
    }
    ring.offer({ epoch: next.epoch, secret: crypto.secretFrom(next.key) })
    await this.#seal()
    return accept(undefined)
  }

  advanced(): Promise<void> {
    this.#offers = 0
    return this.#seal()
  }

  /** What this machine may need after a crash: the current key and those of the next epoch. */
  #seal(): Promise<void> {
    const { ring } = this.#options
    const current = ring.current()
    return writeCache(this.#options, [current, ...ring.candidates(current.epoch + 1)])
  }

  /** One key an epoch and manifest: who had it under another may be listed no longer. */
  #next(): ZoneKey {
    const { manifest, ring } = this.#options
    const epoch = ring.current().epoch + 1
    const { serial } = manifest().manifest
    const made = this.#made
    const isKept = made?.serial === serial && ring.candidates(epoch).includes(made.zoneKey)
    if (made !== undefined && isKept) return made.zoneKey
    const zoneKey = generateZoneKey(this.#options, epoch)
    this.#made = { zoneKey, serial }
    ring.offer(zoneKey)
    return zoneKey
  }

  async #rotate(): Promise<void> {
    const { guard } = this.#options
    const next = this.#next()
    await this.#seal()
    this.#offers += 1
    // Who misses it asks for it later, from those that have it by then.
    if (!(await this.#offer(next)) && this.#offers < offerAttemptsMax) return
    if (!(await this.#options.announce(next))) return
    // Who has the key was judged by this manifest: a later one asks for another key.
    if (this.#made?.serial !== this.#options.manifest().manifest.serial) return
    await this.#switchTo(next, this.#made.serial)
    await guard.refresh()
  }

  /** True where every peer of the zone has taken it. */
  async #offer({ epoch, secret }: ZoneKey): Promise<boolean> {
    const { clock, isOver, manifest, peers, zone } = this.#options
    const own = peers.list().filter((peer) => peer.zone === zone)
    const taken = await Promise.all(
      own.map(async (peer) => {
        const { measurement } = peer
        const mayHold = isInForce(manifest(), measurement, clock.nowMs()) && isOver(measurement)
        if (!mayHold) return true
        const key = secret.use((bytes) => Uint8Array.from(bytes))
        const asked = { type: 'zone.next', epoch, key } as const
        const answer = await peers.ask(peer, asked, handoverTimeoutMs)
        key.fill(0)
        return answer.ok
      }),
    )
    return taken.every((one) => one)
  }

  async #switchTo(next: ZoneKey, serial: number): Promise<void> {
    const { guard, ring, store } = this.#options
    const zoneKeys = oneZoneKey(next)
    const writes: Write[] = [this.#epoch(next, { serial, previous: ring.current() })]
    if (store.sharing === 'exclusive') {
      const value = sealClaim({ ...this.#options, zoneKeys })
      writes.push({ type: 'put', key: claimName, value })
    }
    // Whatever becomes of it, the store says which key it is under.
    await store.commit({ conditions: guard.conditions(), writes })
  }

  #epoch(zoneKey: ZoneKey, record: EpochRecord): Write {
    const value = sealEpoch(this.#options, zoneKey, record)
    return { type: 'put', key: zoneEpochName, value }
  }

  async #sealAgain(): Promise<void> {
    const { guard, ring, store } = this.#options
    const { epoch } = ring.current()
    if (this.#reseal?.epoch !== epoch) {
      const context = { ...this.#options, zoneKeys: ring, conditions: () => guard.conditions() }
      this.#reseal = { epoch, work: createReseal(context) }
    }
    if (!(await this.#reseal.work.step())) return
    const atRest = this.#epoch(ring.current(), { serial: guard.serial() })
    await store.commit({ conditions: guard.conditions(), writes: [atRest] })
    await guard.refresh()
  }
}

export const createRotation = (options: RotationOptions): Rotation => new ZoneRotation(options)
