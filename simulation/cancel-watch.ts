/**
 * Looks at creations that owners cancelled (DESIGN §7): what was answered as final never comes back
 * in any zone (invariant 4), and nothing is cancelled that enough zones have held (invariant 1).
 */
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Batch } from '@holdfast/enclave/ports/store'
import type { Checks } from './checks.ts'
import { majorityOf } from './ledger.ts'

type Context = {
  readonly checks: Checks
  readonly names: (zone: ZoneId) => ReadonlySet<string>
  readonly zones: readonly ZoneId[]
  readonly placement: (wallet: WalletId) => readonly ZoneId[] | undefined
  /** As many zones have held it as its creation asked: its address may have been shown. */
  readonly isGrown: (wallet: WalletId) => boolean
}

const prefix = 'cancelled/'

export class CancelWatch {
  readonly #context: Context
  readonly #final = new Set<WalletId>()
  readonly #rolledBack = new Set<ZoneId>()

  constructor(context: Context) {
    this.#context = context
  }

  /** How many creations were cancelled for good. */
  get count(): number {
    return this.#final.size
  }

  /** A client was told so. */
  final(wallet: WalletId): void {
    this.#final.add(wallet)
    this.#expectYoung(wallet)
    const { checks, names, placement } = this.#context
    const zones = placement(wallet) ?? []
    // What a zone had recorded may have been taken from it since.
    const recorded = zones.filter(
      (zone) => this.#rolledBack.has(zone) || names(zone).has(`${prefix}${wallet}`),
    )
    const what = (): string => `${wallet} is cancelled for good, as ${recorded.join(', ')} know`
    checks.expect(4, recorded.length >= majorityOf(zones), what)
  }

  applied(zone: ZoneId, { writes }: Batch): void {
    for (const { type, key } of writes) {
      if (type === 'delete') continue
      const [kind, id] = key.split('/') as [string, WalletId]
      if (kind === 'cancelled') this.#expectYoung(id)
      if ((kind !== 'wallet' && kind !== 'acknowledged') || !this.#final.has(id)) continue
      this.#context.checks.expect(4, false, () => `${zone} stored ${key}, which was cancelled`)
    }
  }

  rolledBack(zone: ZoneId): void {
    this.#rolledBack.add(zone)
  }

  /** Whether another zone remembers what a rolled-back zone has yet to hear of again. */
  isBehind(zone: ZoneId): boolean {
    if (!this.#rolledBack.has(zone)) return false
    const isLacking = this.#missing().some((one) => one.zone === zone)
    if (!isLacking) this.#rolledBack.delete(zone)
    return isLacking
  }

  /** Undefined where every zone remembers what any other does, and holds nothing of it. */
  findInequality(): string | undefined {
    const [missing] = this.#missing()
    return missing && `${missing.zone} was not told that ${missing.wallet} is cancelled`
  }

  /** When all is quiet. */
  check(): void {
    const { checks, names, zones } = this.#context
    for (const wallet of this.#final) {
      for (const zone of zones) {
        const what = (): string => `${zone} holds ${wallet}, which was cancelled`
        checks.expect(4, !names(zone).has(`wallet/${wallet}`), what)
      }
    }
  }

  #expectYoung(wallet: WalletId): void {
    const { checks, isGrown } = this.#context
    checks.expect(1, !isGrown(wallet), () => `${wallet} was cancelled, and held by enough zones`)
  }

  #missing(): readonly { readonly zone: ZoneId; readonly wallet: WalletId }[] {
    const { names, placement, zones } = this.#context
    const known = new Set(
      zones.flatMap((zone) => [...names(zone)].filter((name) => name.startsWith(prefix))),
    )
    return [...known].flatMap((name) => {
      const wallet = name.slice(prefix.length) as WalletId
      const lacking = (placement(wallet) ?? []).filter((zone) => !names(zone).has(name))
      return lacking.map((zone) => ({ zone, wallet }))
    })
  }
}
