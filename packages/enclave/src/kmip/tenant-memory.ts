/** What a node remembers of a tenant between requests, in memory only and bounded. */
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import type { ObjectId } from '@holdfast/base/ids'
import type { OperationName, ResponseItem } from '@holdfast/kmip'
import type { CipherStream } from '../ports/general-crypto.ts'
import { failWith } from './failure.ts'
import {
  pendingMax,
  pkcs11SessionsMax,
  streamBytesMax,
  streamsMax,
  ticketsMax,
  turnsMax,
} from './limits.ts'
import { SeedPool } from './seed-pool.ts'
import type { HeldRight } from './ticket-rights.ts'

/** The parts of a stream that came so far, and what its first part settled. */
export type Stream = { readonly parts: Bytes[]; bytes: number; readonly first: unknown }

export type Encryption = { readonly object: ObjectId; readonly stream: CipherStream }

export type PendingOperation = {
  readonly run: () => Promise<ResponseItem>
  /** Overwrites the secrets that it held. */
  readonly wipe: () => void
  readonly operation: OperationName
  /** The value of what it waits for, once that is persons. */
  readonly waits?: Bytes
  readonly submittedMs: number
}

export type Ticket = {
  readonly expiresMs: number
  requests: number | undefined
  /** Of Delegated Login; without any a ticket restricts nothing. */
  readonly rights?: readonly HeldRight[]
}

/** A map that forgets its oldest entry when it is full. */
class Bounded<Value> {
  readonly #values = new Map<string, Value>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  get(key: Bytes): Value | undefined {
    return this.#values.get(toHex(key))
  }

  set(key: Bytes, value: Value): void {
    if (this.#values.size >= this.#max) {
      const [oldest] = this.#values.keys()
      if (oldest !== undefined) this.#values.delete(oldest)
    }
    this.#values.set(toHex(key), value)
  }

  *entries(): Generator<readonly [Bytes, Value]> {
    for (const [key, value] of this.#values) yield [fromHex(key), value]
  }

  take(key: Bytes): Value | undefined {
    const value = this.get(key)
    this.#values.delete(toHex(key))
    return value
  }
}

export class TenantMemory {
  /** The id of the tenant's settings, which every request needs. */
  readonly settings: ObjectId
  readonly streams = new Bounded<Stream>(streamsMax)
  readonly encryptions = new Bounded<Encryption>(streamsMax)
  readonly pending = new Bounded<PendingOperation>(pendingMax)
  readonly tickets = new Bounded<Ticket>(ticketsMax)
  /** PKCS#11 clients that called C_Initialize. */
  readonly pkcs11 = new Bounded<true>(pkcs11SessionsMax)
  /** What the tenant gave by RNG Seed. */
  readonly seeds = new SeedPool()

  readonly #turns = new Map<ObjectId, number>()
  #turn = 0

  constructor(settings: ObjectId) {
    this.settings = settings
  }

  /** When an object of a group was given out last; 0 where it never was. */
  turnOf(id: ObjectId): number {
    return this.#turns.get(id) ?? 0
  }

  takeTurn(id: ObjectId): void {
    if (this.#turns.size >= turnsMax) this.#turns.clear()
    this.#turn += 1
    this.#turns.set(id, this.#turn)
  }

  /** Adds a part to a stream. */
  append(stream: Stream, part: Bytes): void {
    stream.bytes += part.length
    if (stream.bytes > streamBytesMax) failWith('InvalidField', 'the stream is too long')
    stream.parts.push(part)
  }
}
