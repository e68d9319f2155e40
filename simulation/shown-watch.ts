/**
 * Looks at every answer to a client: no address of a wallet is in it before as many zones have held
 * the wallet as its creation asked (DESIGN §7, invariant 1).
 */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { Checks } from './checks.ts'

type Young = {
  readonly durability: number
  readonly addresses: readonly string[]
  readonly holders: Set<ZoneId>
}

export class ShownWatch {
  readonly #checks: Checks
  /** Wallets that too few zones have held. */
  readonly #young = new Map<WalletId, Young>()
  readonly #grown = new Set<WalletId>()

  constructor(checks: Checks) {
    this.#checks = checks
  }

  /** A zone has stored a wallet, with its keys. */
  stored(zone: ZoneId, { id, placement, accounts }: Wallet): void {
    if (this.#grown.has(id)) return
    const { durability } = placement
    const addresses = accounts.map(({ address }) => address)
    const young = this.#young.get(id) ?? { durability, addresses, holders: new Set() }
    young.holders.add(zone)
    if (young.holders.size < durability) this.#young.set(id, young)
    else {
      this.#young.delete(id)
      this.#grown.add(id)
    }
  }

  /** As many zones have held it as its creation asked. */
  isGrown(wallet: WalletId): boolean {
    return this.#grown.has(wallet)
  }

  answered(answer: Bytes): void {
    if (this.#young.size === 0) return
    const text = fromUtf8(answer)
    for (const [id, { addresses, holders }] of this.#young) {
      const what = (): string => `${id} was shown, held by ${[...holders].join(', ')} alone`
      this.#checks.expect(1, !addresses.some((address) => text.includes(address)), what)
    }
  }
}
