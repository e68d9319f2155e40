/** Owners of wallets in two zones, who go on with one where the other is held for gone. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { ZoneId } from '@holdfast/base/ids'
import { Client } from './client.ts'
import type { KnownWallet, Ledger } from './ledger.ts'
import { createRandom, type Random } from './random.ts'
import { giveUpBytes, peekBytes } from './requests.ts'
import type { World } from './world.ts'

const repeatMs = 3000
const repeatsMax = 4

export class Owners {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #client: Client

  constructor(world: World, ledger: Ledger) {
    this.#world = world
    this.#ledger = ledger
    this.#random = createRandom(world.seed, 'owners')
    this.#client = new Client(world, ledger, createRandom(world.seed, 'owner links'))
  }

  /** Some of them, each for his own wallet; nothing after `isOver`. */
  giveUp(gone: ZoneId, isOver: () => boolean): void {
    const { records, scheduler, checks } = this.#world
    for (const known of this.#ledger.wallets.values()) {
      const zones = records.placement(known.id) ?? []
      const [left] = zones.filter((zone) => zone !== gone)
      if (zones.length !== 2 || !zones.includes(gone) || left === undefined) continue
      if (this.#random.chance(0.3)) continue
      scheduler.after(this.#random.between(0, 6000), 'an owner gives a zone up', () => {
        this.#sign(known, { gone, left, isOver }).catch((error: unknown) => {
          checks.fault(`give up: ${String(error)}`)
        })
      })
    }
  }

  /** On what the zone that is left holds, which may be less than he has seen. */
  async #sign(
    { id, owner }: KnownWallet,
    of: { readonly gone: ZoneId; readonly left: ZoneId; readonly isOver: () => boolean },
  ): Promise<void> {
    const { gone, left, isOver } = of
    for (let attempt = 0; attempt < repeatsMax && !isOver(); attempt += 1) {
      const read = peekBytes(this.#world, 'wallet.show', id)
      const shown = await this.#client.send<WalletAnswer>(left, {
        operation: 'wallet.show',
        bytes: read,
        authorisations: [owner.authorise('read', read)],
      })
      if (shown.type === 'ok' && !isOver()) {
        const bytes = giveUpBytes(this.#world, shown.value.wallet, gone)
        const request = { operation: 'placement.give-up', bytes }
        const authorisations = [owner.authorise('change', bytes)]
        const answer = await this.#client.send(left, { ...request, authorisations })
        if (answer.type === 'ok') return this.#world.count('zoneGivenUpByOwner')
      }
      await this.#client.sleep(repeatMs)
    }
  }
}
