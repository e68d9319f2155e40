/**
 * From ports to a context that serves: the zone's key, the store, and the confirmation of this
 * boot by the other zones, in this order (DESIGN §4).
 */
import { accept, type ErrorCode, RefusalError, type Result } from '@holdfast/base/errors'
import type { OwnIdentities } from '../identity/own-identities.ts'
import type { Mesh } from '../ports/mesh.ts'
import { createFallWatch, type FallWatch } from '../records/fall-watch.ts'
import { reading } from '../records/reading.ts'
import { createPeers } from '../replication/peers/peers.ts'
import { createFetchManifests } from '../standing/fetch-manifests.ts'
import type { FirstSeen } from '../standing/first-seen.ts'
import { announceIntervalMs } from '../standing/limits.ts'
import { createStanding, type Standing } from '../standing/standing.ts'
import { createZoneBook } from '../standing/zone-book.ts'
import { type EpochGuard, openGuard } from '../zone-key/epoch-guard.ts'
import { askHandover } from '../zone-key/handover.ts'
import { createKeyRing, type KeyRing } from '../zone-key/key-ring.ts'
import { type OpenedZoneKey, openZoneKey } from '../zone-key/open-zone-key.ts'
import { createRefill } from '../zone-key/refill.ts'
import { type ZoneKey, zoneKeyId } from '../zone-key/zone-keys.ts'
import { buildContext, type CoreOptions } from './build-context.ts'
import type { CoreContext } from './context.ts'

export type BootSequence = {
  readonly standing: Standing
  /** The links whose peers' boots are confirmed. */
  readonly trusted: Mesh
  /** Opens key and store; settles before the boot is confirmed. */
  open(): Promise<Result<void>>
  /** Asks to be confirmed, and tells peers of this boot; serves where it is. One at a time. */
  progress(): Promise<void>
  /** Opened, and not confirmed yet: nothing but the confirmation uses it. */
  pending(): CoreContext | undefined
  waitsForKey(): boolean
  holdsStore(): Promise<boolean>
  /** Whether the store is another than the one that was opened; false before that. */
  hasFallen(): Promise<boolean>
  stop(): void
}

export type BootEvents = {
  /** The boot is confirmed: from now on the node serves. */
  serve(context: CoreContext): Promise<void>
  /** Another node serves this zone's store, or another boot stands for the zone. */
  replaced(): void
  /** The store is an older one than before, or a fork of it. */
  fell(): void
  /** There is no key to serve with. */
  failed(error: unknown): void
}

const otherKey: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>([
  'zone_key_known',
  'zone_key_replaced',
])

class Sequence implements BootSequence {
  readonly standing: Standing
  readonly trusted: Mesh
  readonly #options: CoreOptions
  readonly #identities: OwnIdentities
  readonly #events: BootEvents
  readonly #book = createZoneBook()
  #pending: CoreContext | undefined
  #claim: EpochGuard | undefined
  #fall: FallWatch | undefined
  #progressing: Promise<void> | undefined
  #announcedAtMs = 0
  #waiting = false
  #opened = false
  #firstSeen: FirstSeen | undefined
  #stopped = false

  constructor(options: CoreOptions, identities: OwnIdentities, events: BootEvents) {
    this.#options = options
    this.#identities = identities
    this.#events = events
    const { mesh, clock, store, self } = options
    // Apart from the core's own: a word of an unconfirmed peer is no word of its zone.
    const peers = createPeers(mesh, clock)
    const manifest = () => options.manifest
    const { manifests } = options
    this.standing = createStanding({
      self,
      shared: store.sharing === 'shared',
      clock,
      mesh,
      peers,
      book: this.#book,
      manifest,
      heardSerial: createFetchManifests({ peers, manifest, manifests }),
      isOver: (measurement) => this.#firstSeen?.isOver(measurement) ?? false,
      replaced: () => events.replaced(),
    })
    this.trusted = {
      peers: () => mesh.peers().filter((peer) => this.standing.trusts(peer)),
      ask: (boot, message, asking) => mesh.ask(boot, message, asking),
    }
  }

  open(): Promise<Result<void>> {
    return this.#open(true)
  }

  progress(): Promise<void> {
    this.#progressing ??= this.#confirm().finally(() => {
      this.#progressing = undefined
    })
    return this.#progressing
  }

  pending(): CoreContext | undefined {
    return this.#pending
  }

  waitsForKey(): boolean {
    return this.#waiting
  }

  async holdsStore(): Promise<boolean> {
    return (await this.#claim?.isHeld()) !== false
  }

  async hasFallen(): Promise<boolean> {
    const fall = this.#fall
    return fall !== undefined && (await reading(() => fall.hasFallen()))
  }

  stop(): void {
    this.#stopped = true
    this.#pending = undefined
  }

  async #open(lookHere: boolean): Promise<Result<void>> {
    const { store } = this.#options
    const found = { incarnation: await store.incarnation(), revision: await store.revision() }
    const fall = createFallWatch(store, found, () => this.#events.fell())
    const opened = await this.#zoneKey(lookHere)
    if (!opened.ok) return opened
    const { zoneKey, fresh } = opened.value
    const ring = createKeyRing(zoneKey)
    const made: { context?: CoreContext } = {}
    const claim = await this.#guard(ring, () => made.context)
    if (!claim.ok) return claim
    this.#claim = claim.value
    this.#fall = fall
    const context = buildContext(
      { ...this.#options, mesh: this.trusted },
      {
        identities: this.#identities,
        ring,
        claim: claim.value,
        standing: this.standing,
        manifest: () => this.#options.manifest,
        fall,
        replaced: () => this.#events.replaced(),
      },
    )
    made.context = context
    this.#firstSeen = context.firstSeen
    await this.#book.load(context.records, context.zone)
    this.#pending = context
    this.#opened = true
    const current = ring.current()
    const kind = fresh && current === zoneKey ? 'first' : 'kept'
    this.standing.claim({ epoch: current.epoch, keyId: this.#keyId(current), kind })
    await this.progress()
    return accept(undefined)
  }

  async #confirm(): Promise<void> {
    // Until it has a key, a node asks by itself (zone-key/refill.ts).
    if (!this.#opened) return
    this.#announce()
    const stands = await this.standing.attempt()
    const pending = this.#pending
    const hasOtherKey = otherKey.has(this.standing.refusedBy()) && !(await this.#hasRotated())
    if (this.#stopped) return
    if (pending === undefined) {
      if (hasOtherKey) this.#events.replaced()
    } else if (stands) {
      await this.#serve(pending)
    } else if (hasOtherKey) {
      this.#reopen()
    }
  }

  /** Where the store does not answer now, the next round goes on with what is pending still. */
  async #serve(pending: CoreContext): Promise<void> {
    this.#pending = undefined
    try {
      await this.#events.serve(pending)
    } catch (error) {
      if (!this.#stopped) this.#pending = pending
      throw error
    }
  }

  /** The zone's key was rotated by another node of it, and is here now, or is about to be. */
  async #hasRotated(): Promise<boolean> {
    const refreshed = await reading(async () => this.#claim?.refresh())
    return refreshed === 'renewed' || refreshed === 'behind'
  }

  #announce(): void {
    const nowMs = this.#options.clock.nowMs()
    // A clock that fell puts nothing off.
    if (Math.abs(nowMs - this.#announcedAtMs) < announceIntervalMs) return
    this.#announcedAtMs = nowMs
    this.standing.announceAgain()
  }

  /** The zone has another key than this machine's: it is asked for, or the zone is refilled. */
  #reopen(): void {
    this.#pending = undefined
    this.#opened = false
    this.#book.unload()
    this.#open(false).then(
      (opened) => {
        if (!opened.ok) this.#events.failed(new RefusalError(opened.refusal))
      },
      (error: unknown) => this.#events.failed(error),
    )
  }

  #keyId(zoneKey: ZoneKey): string {
    const { crypto, manifest, self } = this.#options
    return zoneKeyId(crypto, { mesh: manifest.mesh, zone: self.zone, zoneKey })
  }

  async #zoneKey(lookHere: boolean): Promise<Result<OpenedZoneKey>> {
    const { crypto, clock, manifest, mesh, self } = this.#options
    const { zone } = self
    const peers = createPeers(mesh, clock)
    const { standing } = this
    const refill = createRefill({ ...this.#options, standing }, (key) => this.#keyId(key))
    const opened = await openZoneKey({
      ...this.#options,
      lookHere,
      refill,
      mesh: manifest.mesh,
      serial: manifest.manifest.serial,
      zone,
      ask: () => askHandover({ crypto, peers, zone }),
      waiting: () => {
        this.#waiting = true
      },
      stopping: () => this.#stopped,
    })
    this.#waiting = false
    return opened
  }

  /** What every commit compares; goes along where the zone's key is rotated. */
  #guard(ring: KeyRing, context: () => CoreContext | undefined): Promise<Result<EpochGuard>> {
    const { clock, crypto, manifest, mesh, self } = this.#options
    const { boot, zone } = self
    const peers = createPeers(mesh, clock)
    return openGuard({
      ...this.#options,
      mesh: manifest.mesh,
      zone,
      boot,
      ring,
      ask: () => askHandover({ crypto, peers, zone }),
      advanced: () => {
        const zoneKey = ring.current()
        const own = { epoch: zoneKey.epoch, keyId: this.#keyId(zoneKey), kind: 'kept' } as const
        if (this.#opened) this.standing.rotated(own)
        void context()?.rotation.advanced()
      },
    })
  }
}

export const createBootSequence = (
  options: CoreOptions,
  identities: OwnIdentities,
  events: BootEvents,
): BootSequence => new Sequence(options, identities, events)
