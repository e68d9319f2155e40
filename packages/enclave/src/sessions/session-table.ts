/** Sealed sessions of this node: those that end here, and those that it relays without reading. */

import type { NodeName } from '@holdfast/base/answers'
import type { BootId, CredentialId, SessionId, WalletId } from '@holdfast/base/ids'
import { sessionLifetimeMsMax } from '@holdfast/base/limits'
import type { NoiseChannel } from '@holdfast/base/noise'
import { sessionsMax } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'

export type Authenticated = {
  readonly credentials: readonly CredentialId[]
  readonly wallets: readonly WalletId[]
  readonly expiresAtMs: number
}

/** A guess at a password that was answered and waits for its proof. */
export type BegunLogin = {
  readonly wallet: WalletId
  /** Absent where nobody has the name. */
  readonly credential?: CredentialId
  readonly state: string
}

/** A session whose frames this enclave opens. */
export type Session = {
  readonly kind: 'here'
  readonly id: SessionId
  readonly channel: NoiseChannel
  readonly expiresAtMs: number
  /** The node between, where the client speaks to another. */
  readonly relayedBy?: NodeName
  authenticated?: Authenticated
  /** A login that was begun; one at a time. */
  login?: BegunLogin
}

/** A session whose frames go to another enclave as they are. */
export type Relayed = {
  readonly kind: 'relayed'
  readonly id: SessionId
  readonly boot: BootId
  readonly remote: SessionId
  readonly expiresAtMs: number
}

export type SessionTable = {
  readonly size: number
  /** Beyond `sessionsMax` the oldest that proved nothing makes way; false where all have. */
  add(session: Session | Relayed): boolean
  /** Undefined where there is none, or where it has expired. */
  get(id: SessionId): Session | Relayed | undefined
  /** Forgets one and clears its keys. */
  remove(id: SessionId): void
  /** Forgets those that were authenticated for a wallet by what it lists no longer. */
  endUnlisted(wallet: WalletId, listed: ReadonlyMap<CredentialId, unknown>): void
  /** Forgets what has expired, and what led to a node that is gone. */
  sweep(isAlive: (boot: BootId) => boolean): void
  clear(): void
}

class Table implements SessionTable {
  readonly #sessions = new Map<SessionId, Session | Relayed>()
  /** Those that were strangers' when they came, the oldest first; some have proved who they are. */
  readonly #strangers = new Set<SessionId>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#sessions.size
  }

  add(session: Session | Relayed): boolean {
    if (this.#sessions.size >= sessionsMax && !this.#makeWay()) return false
    this.#sessions.set(session.id, session)
    this.#strangers.add(session.id)
    return true
  }

  #makeWay(): boolean {
    for (const id of this.#strangers) {
      this.#strangers.delete(id)
      const session = this.#sessions.get(id)
      const isKnown = session?.kind === 'here' && session.authenticated !== undefined
      if (session === undefined || isKnown) continue
      this.remove(id)
      return true
    }
    return false
  }

  get(id: SessionId): Session | Relayed | undefined {
    const session = this.#sessions.get(id)
    if (session === undefined || session.expiresAtMs > this.#clock.nowMs()) return session
    this.remove(id)
    return undefined
  }

  remove(id: SessionId): void {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    this.#strangers.delete(id)
    if (session?.kind === 'here') session.channel[Symbol.dispose]()
  }

  endUnlisted(wallet: WalletId, listed: ReadonlyMap<CredentialId, unknown>): void {
    for (const [id, session] of this.#sessions) {
      const proven = session.kind === 'here' ? session.authenticated : undefined
      if (proven === undefined || !proven.wallets.includes(wallet)) continue
      if (proven.credentials.some((credential) => !listed.has(credential))) this.remove(id)
    }
  }

  sweep(isAlive: (boot: BootId) => boolean): void {
    const nowMs = this.#clock.nowMs()
    for (const [id, session] of this.#sessions) {
      const lost = session.kind === 'relayed' && !isAlive(session.boot)
      if (lost || session.expiresAtMs <= nowMs) this.remove(id)
    }
  }

  clear(): void {
    for (const id of this.#sessions.keys()) this.remove(id)
  }
}

export const createSessionTable = (clock: Clock): SessionTable => new Table(clock)

/** When a session that begins now ends. */
export const sessionExpiry = (clock: Clock): number => clock.nowMs() + sessionLifetimeMsMax
