/**
 * The identities of a boot, one after another: before one ends the next is made and shown, and
 * those that met the one before go on with it until its end. Then its keys are erased.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import { collateralRefreshMs, identitiesLiveMax, identityRetryMsMax } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { OwnEvidence } from '../ports/evidence.ts'
import type { NodeIdentity } from './node-identity.ts'
import { answerNonce, collectEvidence } from './own-evidence.ts'

export type QuotedIdentity = {
  readonly identity: NodeIdentity
  /** Over its document. */
  readonly quote: Bytes
}

export type OwnIdentities = {
  /** The one that is shown to whoever comes now. */
  current(): NodeIdentity
  /** One that has not ended, the newest first. */
  find(is: (identity: NodeIdentity) => boolean): NodeIdentity | undefined
  /** Evidence of the current one for a client's nonce. Refuses `identity_expired`. */
  answer(nonce: Bytes): Result<Bytes>
  /** Reads the collateral for the first time; throws what the evidence port throws. */
  start(): Promise<void>
  /** Makes the next where it is time; ends and erases what is over. */
  tick(): Promise<void>
  /** Attempts to make the next one that failed since one did not. */
  failures(): number
  /** Erases all of them. */
  stop(): void
}

export type OwnIdentitiesOptions = {
  readonly crypto: Crypto
  readonly clock: Clock
  readonly evidence: OwnEvidence
  readonly first: QuotedIdentity
  /** Fresh keys of the same boot, as long-lived as the one before, under the manifest of now. */
  readonly make: (before: NodeIdentity) => NodeIdentity
  /** Shows the next one to peers and clients that connect, before its evidence is given. */
  readonly show: (next: QuotedIdentity) => Promise<void>
}

type Live = QuotedIdentity & { evidence?: Evidence }

const erase = ({ tls, sealing, signing }: NodeIdentity): void => {
  for (const secret of [tls, sealing, signing]) secret[Symbol.dispose]()
}

const lifetimeOf = ({ notBeforeMs, notAfterMs }: NodeIdentity): number => notAfterMs - notBeforeMs

class Identities implements OwnIdentities {
  readonly #options: OwnIdentitiesOptions
  /** The newest first; never empty. */
  #live: readonly [Live, ...Live[]]
  #busy = false
  #stopped = false
  #retryAtMs = 0
  #collectedAtMs = 0
  #failures = 0

  constructor(options: OwnIdentitiesOptions) {
    this.#options = options
    this.#live = [options.first]
  }

  current(): NodeIdentity {
    return this.#live[0].identity
  }

  find(is: (identity: NodeIdentity) => boolean): NodeIdentity | undefined {
    if (this.#stopped) return undefined
    return this.#live.map(({ identity }) => identity).find((one) => !this.#isOver(one) && is(one))
  }

  answer(nonce: Bytes): Result<Bytes> {
    const [{ identity, evidence }] = this.#live
    if (evidence === undefined || this.#stopped)
      return refuse('not_ready', 'there is no evidence yet')
    if (this.#isOver(identity)) return refuse('identity_expired', 'no newer identity could be made')
    return answerNonce(this.#options.crypto, identity, evidence, nonce)
  }

  async start(): Promise<void> {
    await this.#collect()
  }

  async tick(): Promise<void> {
    if (this.#busy || this.#stopped) return
    this.#busy = true
    try {
      await this.#renew()
      const sinceMs = Math.abs(this.#options.clock.nowMs() - this.#collectedAtMs)
      if (sinceMs >= collateralRefreshMs && !this.#stopped) await this.#collect()
    } finally {
      this.#busy = false
      this.#end()
    }
  }

  failures(): number {
    return this.#failures
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const { identity } of this.#live) erase(identity)
  }

  /** A clock that fell below its beginning says nothing of its end. */
  #isOver({ notAfterMs }: NodeIdentity): boolean {
    return this.#options.clock.nowMs() >= notAfterMs
  }

  /** From the half of its life on; or where its beginning is far ahead, since the clock fell. */
  #isDue(identity: NodeIdentity): boolean {
    const { notBeforeMs } = identity
    const ageMs = this.#options.clock.nowMs() - notBeforeMs
    const halfMs = lifetimeOf(identity) / 2
    return ageMs >= halfMs || -ageMs >= halfMs
  }

  async #renew(): Promise<void> {
    const { clock, evidence, make, show } = this.#options
    const before = this.current()
    const nowMs = clock.nowMs()
    const waitsMs = this.#retryAtMs - nowMs
    if (!this.#isDue(before) || (waitsMs > 0 && waitsMs <= identityRetryMsMax)) return
    this.#retryAtMs = nowMs + Math.min(identityRetryMsMax, lifetimeOf(before) / 32)
    const identity = make(before)
    try {
      const made = await collectEvidence(evidence, identity)
      const next = { identity, quote: made.quote, evidence: made }
      await show(next)
      if (this.#stopped) return erase(identity)
      this.#live = [next, ...this.#live]
      this.#collectedAtMs = clock.nowMs()
      this.#retryAtMs = 0
      this.#failures = 0
    } catch {
      // Whatever the machine's device or its collateral met: the one before is good for a while.
      erase(identity)
      this.#failures += 1
    }
  }

  async #collect(): Promise<void> {
    const [shown] = this.#live
    const { identity, quote } = shown
    shown.evidence = await collectEvidence(this.#options.evidence, identity, quote)
    this.#collectedAtMs = this.#options.clock.nowMs()
  }

  /** The current one stays until there is another, though nobody takes it any more. */
  #end(): void {
    const [current, ...before] = this.#live
    const kept = before
      .slice(0, identitiesLiveMax - 1)
      .filter(({ identity }) => !this.#isOver(identity))
    for (const one of before) if (!kept.includes(one)) erase(one.identity)
    this.#live = [current, ...kept]
  }
}

export const createOwnIdentities = (options: OwnIdentitiesOptions): OwnIdentities =>
  new Identities(options)

/** The live identity whose key this is. Refuses `identity_renewed`. */
export const sealedToKey = (
  identities: Pick<OwnIdentities, 'find'>,
  isIts: (identity: NodeIdentity) => boolean,
): Result<NodeIdentity> => {
  const identity = identities.find(isIts)
  return identity === undefined
    ? refuse('identity_renewed', 'this enclave has another sealing key now')
    : accept(identity)
}
