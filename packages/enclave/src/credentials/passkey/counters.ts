/**
 * Signature counters and backup flags of passkeys as this zone saw them last (decision 0007). Most
 * passkeys always say 0 and cost nothing here; the others are stored before an answer leaves.
 */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { CredentialId } from '@holdfast/base/ids'
import { hex } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Crypto } from '../../ports/crypto.ts'
import { passkeyName, passkeyPrefix } from '../../records/names.ts'
import type { OpenedRecord, Records } from '../../records/records.ts'
import type { PasskeyUse } from './verify-passkey.ts'

/** Proofs that may be repeated though later ones came, as a client does that got no answer. */
const repeatableProofs = 8

const record = z.strictObject({
  counter: z.int().min(0),
  backedUp: z.boolean(),
  /** The first 16 bytes of the SHA-256 of the newest proofs, the newest last. */
  recent: z.array(hex(16)).max(repeatableProofs),
})
type Seen = z.infer<typeof record>

export type PasskeyCounters = {
  /** Reads what the zone has kept. */
  load(): Promise<void>
  /** What another node of the zone has stored; the higher counter stands. */
  learn(record: OpenedRecord): void
  /**
   * Notes a proof that verifies. Refuses `passkey_counter_fell` where its counter is not above the
   * highest that was seen, unless it is one of the newest proofs itself.
   */
  note(credential: CredentialId, use: PasskeyUse, proof: string): Result<void>
  seen(credential: CredentialId): PasskeyUse | undefined
  /** True while something is noted that is not known to be stored. */
  readonly owes: boolean
  /** Stores what was noted. Refuses as `Records.commit`; what failed is owed still. */
  flush(): Promise<Result<void>>
}

const unseen: Seen = { counter: 0, backedUp: false, recent: [] }

/** What is to be kept after a proof: the same object where nothing changed. */
const advance = (held: Seen, { counter, backedUp }: PasskeyUse, hash: string): Seen | undefined => {
  if (counter === 0 && held.counter === 0) {
    return held.backedUp === backedUp ? held : { ...held, backedUp }
  }
  if (held.recent.includes(hash)) return held
  if (counter <= held.counter) return undefined
  return { counter, backedUp, recent: [...held.recent, hash].slice(-repeatableProofs) }
}

class Counters implements PasskeyCounters {
  readonly #held = new Map<CredentialId, Seen>()
  readonly #owed = new Set<CredentialId>()
  readonly #records: Records
  readonly #crypto: Crypto
  #version = 0
  /** Stores run one after another, so that nobody answers while another's store is on its way. */
  #last: Promise<Result<void>> = Promise.resolve(accept(undefined))
  #running = 0

  constructor(records: Records, crypto: Crypto) {
    this.#records = records
    this.#crypto = crypto
  }

  async load(): Promise<void> {
    for await (const found of this.#records.scan(passkeyPrefix)) this.learn(found)
  }

  learn({ name, version, payload }: OpenedRecord): void {
    const credential = CredentialId(name.slice(passkeyPrefix.length))
    const learnt = parseCbor(record, payload)
    const held = this.#held.get(credential)
    this.#version = Math.max(this.#version, version.version)
    // Two nodes may have written at once: what the store has lost is stored again.
    if (held !== undefined && held.counter > learnt.counter) this.#owed.add(credential)
    else this.#held.set(credential, learnt)
  }

  note(credential: CredentialId, use: PasskeyUse, proof: string): Result<void> {
    const held = this.#held.get(credential) ?? unseen
    const next = advance(held, use, this.#hash(utf8(proof)))
    if (next === undefined) {
      return refuse('passkey_counter_fell', 'a later use of the passkey was seen', credential)
    }
    if (next === held) return accept(undefined)
    this.#held.set(credential, next)
    this.#owed.add(credential)
    return accept(undefined)
  }

  seen(credential: CredentialId): PasskeyUse | undefined {
    return this.#held.get(credential)
  }

  get owes(): boolean {
    return this.#owed.size > 0 || this.#running > 0
  }

  async flush(): Promise<Result<void>> {
    this.#running += 1
    this.#last = this.#last.then(() => this.#store())
    try {
      return await this.#last
    } finally {
      this.#running -= 1
    }
  }

  async #store(): Promise<Result<void>> {
    if (this.#owed.size === 0) return accept(undefined)
    const owed = [...this.#owed]
    this.#owed.clear()
    this.#version += 1
    const version = { epoch: 1, version: this.#version }
    const writes = owed.map((credential) =>
      this.#records.put(
        passkeyName(credential),
        version,
        toCbor({ ...(this.#held.get(credential) ?? unseen) }),
      ),
    )
    const stored = await this.#records.commit({ conditions: [], writes })
    if (stored.ok) return accept(undefined)
    for (const credential of owed) this.#owed.add(credential)
    return stored
  }

  #hash(bytes: Bytes): string {
    return toHex(this.#crypto.sha256(bytes).subarray(0, 16))
  }
}

export const createPasskeyCounters = (records: Records, crypto: Crypto): PasskeyCounters =>
  new Counters(records, crypto)
