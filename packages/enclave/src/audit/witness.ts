/**
 * What this zone has seen of other zones' logs. A witness takes a chain's links one after another,
 * stores how far it came, and signs that: whoever shortens or rewrites a log meets its word.
 */
import { auditStart, nextAuditHead, witnessMessage } from '@holdfast/base/audit'
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result } from '@holdfast/base/errors'
import { BootId, type MeshId, type ZoneId } from '@holdfast/base/ids'
import { hex, zoneId } from '@holdfast/base/schema'
import { formatTimestamp } from '@holdfast/base/time'
import { z } from 'zod'
import type { OwnIdentities } from '../identity/own-identities.ts'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Revision } from '../ports/store.ts'
import { witnessName, witnessPrefix } from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'
import type { WitnessAnswer, WitnessRequest } from './messages.ts'

const record = z.strictObject({ zone: zoneId, index: z.int().min(0), hash: hex(32) })

export type SeenHead = {
  readonly boot: BootId
  readonly zone: ZoneId
  readonly index: number
  readonly hash: string
}

type Held = SeenHead & { readonly revision: Revision }

export type Witness = {
  load(): Promise<void>
  /** What another node of this zone has stored. */
  learn(stored: OpenedRecord): void
  /** Takes the links that continue what is known, stores that, and signs it. */
  extend(peer: Peer, request: WitnessRequest): Promise<Result<WitnessAnswer>>
  /** All chains that this zone has seen. */
  heads(): readonly SeenHead[]
}

type Context = {
  readonly records: Records
  readonly crypto: Crypto
  readonly clock: Clock
  readonly identities: OwnIdentities
  readonly mesh: MeshId
}

const version = { epoch: 1, version: 1 }

class ZoneWitness implements Witness {
  readonly #context: Context
  readonly #held = new Map<BootId, Held>()

  constructor(context: Context) {
    this.#context = context
  }

  async load(): Promise<void> {
    for await (const stored of this.#context.records.scan(witnessPrefix)) this.learn(stored)
  }

  learn(stored: OpenedRecord): void {
    const boot = BootId(stored.name.slice(witnessPrefix.length))
    const seen = parseCbor(record, stored.payload)
    const held = this.#held.get(boot)
    if (held !== undefined && held.index > seen.index) return
    this.#held.set(boot, { ...seen, boot, revision: stored.revision })
  }

  heads(): readonly SeenHead[] {
    return [...this.#held.values()].map(({ boot, zone, index, hash }) => ({
      boot,
      zone,
      index,
      hash,
    }))
  }

  async extend(peer: Peer, { after, links }: WitnessRequest): Promise<Result<WitnessAnswer>> {
    const { records, crypto, mesh } = this.#context
    const held = this.#held.get(peer.boot)
    const known = held?.index ?? -1
    if (after !== known || links.length === 0) return accept(this.#answer(peer, held))
    const start = held === undefined ? auditStart(crypto, mesh, peer.boot) : fromHex(held.hash)
    const head = links.reduce<Bytes>((from, link) => nextAuditHead(crypto, from, link), start)
    const seen = { zone: peer.zone, index: known + links.length, hash: toHex(head) }
    const name = witnessName(peer.boot)
    const stored = await records.commit({
      conditions: [{ key: name, revision: held?.revision ?? 'absent' }],
      writes: [records.put(name, version, toCbor(seen))],
    })
    if (!stored.ok) {
      // Another node of this zone may have been asked before.
      const found = await records.read(name)
      if (found !== undefined) this.learn(found)
      return accept(this.#answer(peer, this.#held.get(peer.boot)))
    }
    const next = { ...seen, boot: peer.boot, revision: stored.value }
    this.#held.set(peer.boot, next)
    return accept(this.#answer(peer, next))
  }

  #answer({ boot, zone }: Peer, held: Held | undefined): WitnessAnswer {
    const { crypto, clock, identities, mesh } = this.#context
    const at = formatTimestamp(clock.nowMs())
    if (held === undefined) return { index: -1, hash: toHex(auditStart(crypto, mesh, boot)), at }
    const { index, hash } = held
    const message = witnessMessage(mesh, { zone, boot, index, hash, at })
    const signature = identities
      .current()
      .signing.use((privateKey) => crypto.ed25519.sign({ message, privateKey }))
    return { index, hash, at, signature }
  }
}

export const createWitness = (context: Context): Witness => new ZoneWitness(context)
