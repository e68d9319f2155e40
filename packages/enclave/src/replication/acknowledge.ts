/**
 * Learns that a new wallet is held by as many zones as its durability asks, from the zones
 * themselves: the one that created it may be gone, and what it was told with it.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { acknowledgeBatchWallets, peerTimeoutMs } from '../limits.ts'
import { refusing } from '../refusing.ts'
import type { ReplicatorContext } from './replicator-context.ts'

export type Acknowledger = {
  /**
   * Accepts a wallet that may be shown. Refuses `pending`, naming the zones of which nothing is
   * known; those of the store.
   */
  check(wallet: WalletId): Promise<Result<void>>
  /** Looks at some that wait; one round at a time. */
  tick(): Promise<void>
}

type Found = { readonly isEnough: boolean; readonly missing: readonly ZoneId[] }

/** Settles as soon as enough are known to hold it. */
const ask = async (
  { peers, zone }: ReplicatorContext,
  wallet: WalletId,
  placement: { readonly zones: readonly ZoneId[]; readonly durability: number },
): Promise<Found> => {
  const holders = new Set<ZoneId>([zone])
  const reached = Promise.withResolvers<void>()
  let isKnown = false
  const isEnough = (): boolean => isKnown || holders.size >= placement.durability
  const answers = placement.zones.map(async (other) => {
    const peer = other === zone ? undefined : peers.ofZone(other)
    if (peer === undefined) return
    const has = await peers.ask(peer, { type: 'has', wallet }, peerTimeoutMs)
    if (!has.ok) return
    if (has.value.acknowledged === true) isKnown = true
    if (has.value.counts && has.value.held !== null) holders.add(other)
    if (isEnough()) reached.resolve()
  })
  await Promise.race([reached.promise, Promise.all(answers)])
  const missing = placement.zones.filter((other) => !holders.has(other))
  return { isEnough: isEnough(), missing }
}

class MeshAcknowledger implements Acknowledger {
  readonly #context: ReplicatorContext
  readonly #running = new Map<WalletId, Promise<Result<void>>>()
  #round: Promise<void> | undefined

  constructor(context: ReplicatorContext) {
    this.#context = context
  }

  check(wallet: WalletId): Promise<Result<void>> {
    if (!this.#context.acknowledged.waits(wallet)) return Promise.resolve(accept(undefined))
    const running = this.#running.get(wallet)
    if (running !== undefined) return running
    const begun = refusing(() => this.#check(wallet)).finally(() => this.#running.delete(wallet))
    this.#running.set(wallet, begun)
    return begun
  }

  tick(): Promise<void> {
    this.#round ??= this.#lookAtSome().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  async #check(wallet: WalletId): Promise<Result<void>> {
    const { acknowledged, cancelled, records, unsent, wallets } = this.#context
    // A cancellation may have been applied unnoticed.
    if (unsent.of(wallet) !== undefined && records.hasUntold()) await cancelled.refresh(wallet)
    const entry = await wallets.read(wallet)
    if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    const { isEnough, missing } = await ask(this.#context, wallet, entry.wallet.placement)
    if (isEnough) return acknowledged.put(wallet)
    return refuse('pending', 'too few zones hold the wallet yet', missing.join(','))
  }

  async #lookAtSome(): Promise<void> {
    const waiting = this.#context.acknowledged.take(acknowledgeBatchWallets)
    await Promise.all(waiting.map((wallet) => this.check(wallet)))
  }
}

export const createAcknowledger = (context: ReplicatorContext): Acknowledger =>
  new MeshAcknowledger(context)
