/**
 * Whether this boot may serve its zone, and which boots of others it trusts: collected from a
 * majority of the other zones, or from a statement of governors (DESIGN §4).
 */
import { type VerifiedManifest, verifyBootStatement } from '@holdfast/attestation'
import type { NodeName } from '@holdfast/base/answers'
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { accept, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import type { BootId, ZoneId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import type { Clock } from '../ports/clock.ts'
import type { Mesh, Peer } from '../ports/mesh.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { FetchManifests } from './fetch-manifests.ts'
import { judgeClaim } from './judge-claim.ts'
import { announceTimeoutMs, proposalsMax, refillSilenceMs } from './limits.ts'
import type { BootAnswer, BootClaim, ZoneEntry } from './messages.ts'
import { confirmationsNeeded } from './quorum.ts'
import type { ZoneBook } from './zone-book.ts'

export type StandingOptions = {
  readonly self: NodeName
  readonly shared: boolean
  readonly clock: Clock
  /** Every link whose verdict is good, whether its peer's boot is confirmed or not. */
  readonly mesh: Mesh
  readonly peers: Peers
  readonly book: ZoneBook
  readonly manifest: () => VerifiedManifest
  /** A peer names the serial of its manifest, which may be a newer one. */
  readonly heardSerial: FetchManifests
  /** Whether the delay of this code is over (first-seen.ts). */
  readonly isOver: (measurement: string) => boolean
  /** A later boot stands for this zone, or it has a later key. */
  readonly replaced: () => void
}

export type OwnKey = {
  readonly epoch: number
  readonly keyId: string
  /** Made in this boot for a new zone, or for one that is gone; or what the zone had before. */
  readonly kind: 'first' | 'refill' | 'kept'
}

export type Standing = {
  /** The key that this boot asks to serve with; what was confirmed of another counts no more. */
  claim(own: OwnKey): void
  /** The zone's key was rotated: what was confirmed of this boot holds. */
  rotated(own: OwnKey): void
  /** Tells the other zones of a key of the next epoch; true once enough of them know it. */
  announceNext(keyId: string): Promise<boolean>
  /** Tells the peers that do not know it of this boot. True where it stands. */
  attempt(): Promise<boolean>
  stands(): boolean
  /** Why the last peer that refused did so; undefined where none did. */
  refusedBy(): ErrorCode | undefined
  /** The epoch of this zone's key as other zones know it; undefined where they know none. */
  lookUp(): Promise<number | undefined>
  /** Whether messages of this peer are to be heard. */
  trusts(peer: Pick<Peer, 'zone' | 'boot'>): boolean
  heard(peer: Pick<Peer, 'zone' | 'boot'>): void
  answer(peer: Peer, claim: BootClaim): Promise<Result<BootAnswer>>
  /** Governors' statement. Refusals: those of `verifyBootStatement`, `boot_not_confirmed`. */
  take(untrusted: Bytes): Promise<Result<void>>
  /** Every peer is told again, as after a while, for what it knows may be news here. */
  announceAgain(): void
}

/** A claim that nobody confirms: its answer says what is known of the zone. */
const nobody: OwnKey = { epoch: 1, keyId: '00'.repeat(32), kind: 'kept' }

const statementsKept = 8

class NodeStanding implements Standing {
  readonly #options: StandingOptions
  readonly #startedAtMs: number
  #own: OwnKey | undefined
  #order = 1
  #stands = false
  #knownEpoch = 0
  #refusedBy: ErrorCode | undefined
  readonly #confirmedBy = new Set<ZoneId>()
  /** Peers that know this boot under its number. */
  readonly #told = new Set<BootId>()
  readonly #heardAtMs = new Map<ZoneId, number>()
  #statement: Bytes | undefined
  /** The last statements that were taken, the newest first. */
  #taken: readonly Bytes[] = []
  readonly #stated = new Set<BootId>()

  constructor(options: StandingOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.nowMs()
  }

  stands = (): boolean => this.#stands
  refusedBy = (): ErrorCode | undefined => this.#refusedBy

  claim(own: OwnKey): void {
    const same = this.#own?.keyId === own.keyId
    this.#own = own
    this.#options.book.setOwn(this.#options.self.zone, own)
    if (same) return
    this.#confirmedBy.clear()
    this.#told.clear()
    this.#refusedBy = undefined
    this.#stands = this.#isStated(own)
  }

  rotated(own: OwnKey): void {
    this.#own = own
    this.#options.book.setOwn(this.#options.self.zone, own, 'rotated')
    this.#refusedBy = undefined
    this.#told.clear()
  }

  async announceNext(keyId: string): Promise<boolean> {
    const { mesh, manifest, self } = this.#options
    const own = this.#own
    if (own === undefined || !this.#stands) return false
    const others = mesh.peers().filter(({ zone }) => zone !== self.zone)
    const answers = await Promise.all(
      others.map(async (peer) => {
        const answer = await this.#ask(peer, own, this.#order, keyId)
        return { zone: peer.zone, accepted: answer?.accepted === true }
      }),
    )
    const told = new Set(answers.filter(({ accepted }) => accepted).map(({ zone }) => zone))
    const zones = manifest().manifest.zones.length
    return answers.every(({ zone }) => told.has(zone)) && told.size >= confirmationsNeeded(zones)
  }

  async lookUp(): Promise<number | undefined> {
    const { mesh, self } = this.#options
    const others = mesh.peers().filter(({ zone }) => zone !== self.zone)
    await Promise.all(others.map((peer) => this.#ask(peer, nobody, 0)))
    return this.#knownEpoch === 0 ? undefined : this.#knownEpoch
  }

  async attempt(): Promise<boolean> {
    const { mesh, manifest, self } = this.#options
    if (this.#own === undefined) return false
    this.#refusedBy = undefined
    const peers = mesh.peers().filter(({ boot }) => !this.#told.has(boot))
    await Promise.all(peers.map((peer) => this.#tell(peer, proposalsMax)))
    const others = manifest().manifest.zones.filter(({ id }) => id !== self.zone).length
    const needed = confirmationsNeeded(others + 1)
    if (this.#confirmedBy.size >= needed && this.#mayStand(needed)) this.#stands = true
    return this.#stands
  }

  trusts({ zone, boot }: Pick<Peer, 'zone' | 'boot'>): boolean {
    return this.#options.book.stands(zone, boot)
  }

  heard(peer: Pick<Peer, 'zone' | 'boot'>): void {
    if (this.trusts(peer)) this.#heardAtMs.set(peer.zone, this.#options.clock.nowMs())
  }

  announceAgain(): void {
    this.#told.clear()
  }

  async answer(peer: Peer, claim: BootClaim): Promise<Result<BootAnswer>> {
    const { book, manifest } = this.#options
    this.#options.heardSerial(peer, claim.serial)
    if (claim.statement !== undefined) await this.take(claim.statement)
    // A node that stands nowhere can vouch for nobody, but for the first keys of a new mesh.
    if (!this.#stands && this.#own?.kind !== 'first') {
      return refuse('not_ready', 'this boot is not confirmed itself')
    }
    const { serial } = manifest().manifest
    const code = await this.#judge(peer, claim, serial)
    const known = { serial, zones: [...this.#entries()] }
    if (code !== undefined) return accept({ accepted: false, code, ...known })
    if (claim.next !== undefined && peer.zone !== this.#options.self.zone) {
      const announced = await book.announced(peer.zone, claim.next)
      if (!announced.ok) return announced
    }
    book.stand(peer.zone, { id: peer.boot, order: claim.order, shared: claim.shared })
    this.#heardAtMs.set(peer.zone, this.#options.clock.nowMs())
    return accept({ accepted: true, ...known })
  }

  async take(untrusted: Bytes): Promise<Result<void>> {
    const { manifest, clock, self, book } = this.#options
    // Every claim brings it along: to verify it, and to tell all others anew, once is enough.
    const isKnown = this.#taken.some((one) => equalBytes(one, untrusted))
    if (this.#stands && isKnown && this.#stated.has(self.boot)) return accept(undefined)
    const verified = verifyBootStatement(untrusted, manifest(), clock.nowMs())
    if (!verified.ok) return verified
    this.#taken = [untrusted, ...this.#taken].slice(0, statementsKept)
    // Its boots stand above every boot before it, whatever numbers those had.
    const order = momentMs(verified.value.issuedAt)
    for (const { zone, boot } of verified.value.boots) {
      this.#stated.add(boot)
      if (zone !== self.zone || boot !== self.boot) {
        if (order >= this.#highest(zone)) book.stand(zone, { id: boot, order, shared: true })
        continue
      }
      this.#statement = untrusted
      this.#order = Math.max(this.#order, order)
      this.#stands = this.#own !== undefined && this.#isStated(this.#own)
      this.#told.clear()
    }
    return this.#stated.has(self.boot)
      ? accept(undefined)
      : refuse('boot_not_confirmed', 'the statement does not name this boot')
  }

  async #judge(peer: Peer, claim: BootClaim, serial: number): Promise<ErrorCode | undefined> {
    const { book } = this.#options
    if (claim.serial < serial) return 'manifest_rollback'
    if (!this.#options.isOver(peer.measurement)) return 'measurement_not_in_force'
    const { zone, boot } = peer
    const stated = this.#stated.has(boot)
    const facts = { boot, stated, gone: this.#isGone(zone), alone: this.#isAlone(peer) }
    const judged = judgeClaim(claim, this.#known(zone), facts)
    if (!judged.accepted) return judged.code
    if (judged.key === 'same' || zone === this.#options.self.zone) return undefined
    const rotated = judged.key === 'rotated' ? judged.key : undefined
    const admitted = await book.admit(zone, claim, rotated)
    return admitted.ok ? undefined : admitted.refusal.code
  }

  #known(zone: ZoneId) {
    const { book, self } = this.#options
    const known = book.of(zone)
    if (zone !== self.zone || this.#own === undefined) return known
    // Nodes of the own zone need the own key.
    const boots = known?.boots ?? new Map<BootId, number>()
    const { epoch, keyId } = this.#own
    return { epoch, keyId, next: [], shared: this.#options.shared, boots }
  }

  /** No other boot of its zone is there to hand it the key. */
  #isAlone({ zone, boot }: Peer): boolean {
    const { book, mesh } = this.#options
    const others = mesh.peers().filter((peer) => peer.zone === zone && peer.boot !== boot)
    return !others.some((peer) => book.stands(zone, peer.boot))
  }

  #isGone(zone: ZoneId): boolean {
    const { book, clock, mesh } = this.#options
    if (mesh.peers().some((peer) => peer.zone === zone && book.stands(zone, peer.boot))) {
      return false
    }
    const nowMs = clock.nowMs()
    const heardAtMs = this.#heardAtMs.get(zone) ?? this.#startedAtMs
    // A clock that fell behind the last word begins to count anew.
    if (heardAtMs > nowMs) this.#heardAtMs.set(zone, nowMs)
    return nowMs - heardAtMs >= refillSilenceMs
  }

  #highest(zone: ZoneId): number {
    return Math.max(0, ...(this.#options.book.of(zone)?.boots.values() ?? []))
  }

  #entries(): readonly ZoneEntry[] {
    const { book, self, shared } = this.#options
    const others = book.entries().filter(({ zone }) => zone !== self.zone)
    if (!this.#stands || this.#own === undefined) return [...others]
    const { epoch, keyId } = this.#own
    const known = book.of(self.zone)?.boots ?? []
    const boots = new Map([...known, [self.boot, this.#order] as const])
    return [...others, { zone: self.zone, epoch, keyId, shared, boots: [...boots] }]
  }

  async #tell(peer: Peer, proposalsLeft: number): Promise<void> {
    const own = this.#own
    if (own === undefined || proposalsLeft === 0) return
    const order = this.#order
    const answer = await this.#ask(peer, own, order)
    if (answer === undefined || this.#own !== own) return
    const { accepted, code } = answer
    if (accepted) {
      this.#told.add(peer.boot)
      if (peer.zone !== this.#options.self.zone) this.#confirmedBy.add(peer.zone)
      return
    }
    this.#refusedBy = code
    if (code !== 'boot_replaced') return
    // A boot that stood and is unknown now was replaced; one that begins takes the next number.
    if (this.#stands && this.#statement === undefined) return this.#options.replaced()
    if (this.#order <= order) this.#order = order + 1
    this.#told.clear()
    return this.#tell(peer, proposalsLeft - 1)
  }

  async #ask(
    peer: Peer,
    own: OwnKey,
    order: number,
    next?: string,
  ): Promise<BootAnswer | undefined> {
    const { peers, shared, manifest } = this.#options
    const { epoch, keyId, kind } = own
    const key = { epoch, keyId, fresh: kind !== 'kept', ...(next === undefined ? {} : { next }) }
    const { serial } = manifest().manifest
    const statement = this.#statement === undefined ? {} : { statement: this.#statement }
    const asked = { type: 'zone.boot', ...key, shared, order, serial, ...statement } as const
    const answer = await peers.ask(peer, asked, announceTimeoutMs)
    if (!answer.ok) return undefined
    this.#options.heardSerial(peer, answer.value.serial)
    await this.#learn(peer, answer.value.zones)
    return answer.value
  }

  /** Governors name boots that may serve; that a zone's key is gone is not theirs to say. */
  #isStated({ kind }: OwnKey): boolean {
    return kind !== 'refill' && this.#stated.has(this.#options.self.boot)
  }

  /** In a mesh of one zone nobody knows whether a key is gone. */
  #mayStand(needed: number): boolean {
    return needed > 0 || this.#own?.kind !== 'refill'
  }

  /** What a peer knows that this node does not: later keys, and later boots. */
  async #learn(peer: Peer, zones: readonly ZoneEntry[]): Promise<void> {
    const { book, self } = this.#options
    for (const { zone, epoch, keyId, shared, boots } of zones) {
      if (zone === self.zone) {
        this.#learnOwn(epoch, boots)
        continue
      }
      // Of its own zone a peer speaks for itself; of others it counts once this node stands.
      if (peer.zone !== zone && this.#stands && !this.trusts(peer)) continue
      const known = book.of(zone)
      if (known === undefined || known.epoch < epoch) await book.admit(zone, { epoch, keyId })
      const mine = book.of(zone)
      if (mine?.epoch !== epoch || mine.keyId !== keyId) continue
      for (const [id, order] of boots) {
        if (order > this.#highest(zone) || (shared && mine.shared)) {
          book.stand(zone, { id, order, shared })
        }
      }
    }
  }

  #learnOwn(epoch: number, boots: ZoneEntry['boots']): void {
    const { self, shared } = this.#options
    this.#knownEpoch = Math.max(this.#knownEpoch, epoch)
    const others = boots.filter(([boot]) => boot !== self.boot)
    if (shared || this.#stands || this.#own?.epoch !== epoch) return
    this.#order = Math.max(this.#order, ...others.map(([, order]) => order + 1))
  }
}

export const createStanding = (options: StandingOptions): Standing => new NodeStanding(options)
