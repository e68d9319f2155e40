/**
 * When this zone first saw a manifest, by agreed time and for good: the delay of new code is
 * counted from then, since governors may write any time of issue that they like (DESIGN §4).
 */
import type { DelayedMeasurement, VerifiedManifest } from '@holdfast/attestation'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import type { ZoneId } from '@holdfast/base/ids'
import { z } from 'zod'
import { manifestSeenName } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { AgreedClock } from '../time/agreed-clock.ts'
import { announceTimeoutMs } from './limits.ts'
import { confirmationsNeeded } from './quorum.ts'

export type FirstSeen = {
  /** Milliseconds since 1970; undefined where it is not known here. */
  of(manifest: string): number | undefined
  /** Whether the delay of this code is over. What is not known yet is not over. */
  isOver(measurement: string): boolean
  /** Remembers the manifest in force, and what it makes wait for. Throws without a store. */
  tick(): Promise<void>
}

type Delayed = DelayedMeasurement

type Context = {
  readonly manifest: () => VerifiedManifest
  readonly records: Records
  readonly peers: Peers
  readonly time: AgreedClock
  readonly zone: ZoneId
}

const record = z.strictObject({
  at: z.int().min(0),
  /** A delay that was over by agreed time: it stays over where no time is agreed on later. */
  overMs: z.int().min(0).exactOptional(),
})
type Sight = z.infer<typeof record>

class Seen implements FirstSeen {
  readonly #context: Context
  readonly #seen = new Map<string, Sight>()
  #busy = false

  constructor(context: Context) {
    this.#context = context
  }

  of(manifest: string): number | undefined {
    return this.#seen.get(manifest)?.at
  }

  isOver(measurement: string): boolean {
    const delayed = this.#delayed().filter((one) => one.measurement === measurement)
    return delayed.every((one) => this.#wasOver(one) || this.#isOverNow(one))
  }

  async tick(): Promise<void> {
    const unknown = this.#wanted().filter((manifest) => !this.#seen.has(manifest))
    const over = this.#delayed().filter((one) => !this.#wasOver(one) && this.#isOverNow(one))
    if (this.#busy || unknown.length + over.length === 0) return
    this.#busy = true
    try {
      for (const manifest of unknown) await this.#remember(manifest)
      for (const one of over) await this.#end(one)
    } finally {
      this.#busy = false
    }
  }

  /** Later code of all governors will wait from when these were seen: that is written now. */
  #wanted(): readonly string[] {
    const { hash, governorsSince = hash, manifest } = this.#context.manifest()
    const delayed = this.#delayed().map((one) => one.manifest)
    const mayMatter = manifest.serial > 1 && manifest.measurementDelayMs !== undefined
    return [...new Set([...(mayMatter ? [hash, governorsSince] : []), ...delayed])]
  }

  #delayed(): readonly Delayed[] {
    return this.#context.manifest().delayed ?? []
  }

  #wasOver({ manifest, delayMs }: Delayed): boolean {
    return (this.#seen.get(manifest)?.overMs ?? -1) >= delayMs
  }

  #isOverNow({ manifest, delayMs }: Delayed): boolean {
    const now = this.#context.time.now(this.#zones())
    const seenMs = this.of(manifest)
    return now.ok && seenMs !== undefined && now.value.earliestMs >= seenMs + delayMs
  }

  #zones(): readonly ZoneId[] {
    return this.#context.manifest().manifest.zones.map(({ id }) => id)
  }

  async #remember(manifest: string): Promise<void> {
    const { records } = this.#context
    const name = manifestSeenName(manifest)
    const found = await records.read(name)
    if (found !== undefined) {
      this.#seen.set(manifest, parseCbor(record, found.payload))
      return
    }
    const at = await this.#firstSight(manifest)
    if (at === undefined) return
    // Created once: of two nodes of a zone the first is right, and the other reads it next time.
    const stored = await records.commit({
      conditions: [{ key: name, revision: 'absent' }],
      writes: [records.put(name, { epoch: 1, version: 1 }, toCbor({ at }))],
    })
    if (stored.ok) this.#seen.set(manifest, { at })
  }

  async #end({ manifest, delayMs }: Delayed): Promise<void> {
    const { records } = this.#context
    const name = manifestSeenName(manifest)
    const found = await records.read(name)
    // The store was put back: what is remembered here is written anew by the next boot.
    if (found === undefined) return
    const { at, overMs = 0 } = parseCbor(record, found.payload)
    const ended: Sight = { at, overMs: Math.max(overMs, delayMs) }
    const next = { epoch: 1, version: found.version.version + 1 }
    const stored = await records.commit({
      conditions: [{ key: name, revision: found.revision }],
      writes: [records.put(name, next, toCbor(ended))],
    })
    if (stored.ok) this.#seen.set(manifest, ended)
  }

  /**
   * Now, unless enough other zones saw it before: this zone has forgotten it then, or was not
   * there. Of what they say the latest counts, so that one of them alone shortens nothing.
   */
  async #firstSight(manifest: string): Promise<number | undefined> {
    const { peers, time, zone } = this.#context
    const zones = this.#zones()
    const now = await time.bring(zones)
    if (!now.ok) return undefined
    const told = new Map<ZoneId, number>()
    await Promise.all(
      peers.list().map(async (peer) => {
        if (peer.zone === zone) return
        const asked = { type: 'manifest.seen', manifest } as const
        const answer = await peers.ask(peer, asked, announceTimeoutMs)
        if (!answer.ok || answer.value.at === null) return
        told.set(peer.zone, Math.max(answer.value.at, told.get(peer.zone) ?? 0))
      }),
    )
    const needed = confirmationsNeeded(zones.length)
    const isKnown = needed > 0 && told.size >= needed
    return isKnown ? Math.max(...told.values()) : now.value.latestMs
  }
}

export const createFirstSeen = (context: Context): FirstSeen => new Seen(context)
