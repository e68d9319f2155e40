/**
 * After its start a node asks for what it may have forgotten of every wallet that is counted,
 * without waiting for a request: what it remembers for others must be whole again before one of
 * them needs it.
 */
import { accept, attempt } from '@holdfast/base/errors'
import { WalletId, type ZoneId } from '@holdfast/base/ids'
import { countedListMax, countPageMax, peerTimeoutMs, recoveriesAtOnceMax } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import { countPrefix, countPrefixOf, type RecordName } from '../records/names.ts'
import { eachPage } from '../replication/peers/each-page.ts'
import type { PeerAnswer } from '../replication/peers/messages.ts'
import type { CounterContext } from './counter-context.ts'
import { recoverWindows } from './recover.ts'

const walletIn = (name: string): WalletId | undefined => {
  const parsed = attempt(() => WalletId(name.split('/')[1] ?? ''))
  return parsed.ok ? parsed.value : undefined
}

/** The wallets that are counted here, and that the asking zone may hold. */
export const listCounted = async (
  { records, wallets }: CounterContext,
  zone: ZoneId,
  after: WalletId | undefined,
): Promise<PeerAnswer<'count.wallets'>> => {
  const from = after === undefined ? undefined : (countPrefixOf(after) as RecordName)
  const found: WalletId[] = []
  for await (const { name } of records.scan(countPrefix, from)) {
    const wallet = walletIn(name)
    if (wallet === undefined || (after !== undefined && wallet <= after)) continue
    if (wallets.indexed(wallet)?.holders.includes(zone) !== true) continue
    found.push(wallet)
    if (found.length === countPageMax) return { wallets: found, next: wallet }
  }
  return { wallets: found }
}

export class CatchUp {
  readonly #context: CounterContext
  readonly #waiting = new Set<WalletId>()
  /** Zones that have told of all that they count with this one. */
  readonly #heard = new Set<ZoneId>()
  #running = false
  #listed = false

  constructor(context: CounterContext) {
    this.#context = context
  }

  /** A zone whose link came up may know more than it did. */
  linked(zone: ZoneId): void {
    this.#heard.delete(zone)
  }

  /** One step: called again and again, by one caller or several. */
  async run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      if (!this.#listed) await this.#listOwn()
      for (const peer of this.#context.peers.list()) {
        if (peer.zone !== this.#context.zone && !this.#heard.has(peer.zone)) await this.#ask(peer)
      }
      const some = [...this.#waiting].slice(0, recoveriesAtOnceMax)
      await Promise.all(some.map((wallet) => this.#recover(wallet)))
    } finally {
      this.#running = false
    }
  }

  async #listOwn(): Promise<void> {
    for await (const { name } of this.#context.records.scan(countPrefix)) {
      this.#note(walletIn(name))
    }
    this.#listed = true
  }

  async #ask(peer: Peer): Promise<void> {
    const read = await eachPage(
      (part: { readonly after?: WalletId }) =>
        this.#context.peers.ask(peer, { type: 'count.wallets', ...part }, peerTimeoutMs),
      async ({ wallets }) => {
        for (const wallet of wallets) this.#note(wallet)
        return accept(undefined)
      },
    )
    if (read.ok) this.#heard.add(peer.zone)
  }

  #note(wallet: WalletId | undefined): void {
    if (wallet === undefined || this.#waiting.size >= countedListMax) return
    if (!this.#context.table.memory(wallet).recovered) this.#waiting.add(wallet)
  }

  /** Goes to the end of the queue where it has to be tried again. */
  async #recover(wallet: WalletId): Promise<void> {
    this.#waiting.delete(wallet)
    const entry = await this.#context.wallets.read(wallet)
    // A zone that is left alone learns from which window on it may count, the sooner the better.
    if (entry !== undefined) await recoverWindows(this.#context, entry)
    if (!this.#context.table.memory(wallet).recovered) this.#waiting.add(wallet)
  }
}
