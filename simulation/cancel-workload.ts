/** Owners who cancel a creation at a home that is cut off, and ask for the wallet all the same. */
import type { CancelAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { walletIdOf } from '@holdfast/enclave/wallets/wallet-id'
import { type Answer, Client } from './client.ts'
import type { SimulatedKey } from './client-key.ts'
import type { Ledger } from './ledger.ts'
import { createRandom, type Random } from './random.ts'
import { cancelBytes, creationBytes } from './requests.ts'
import type { World } from './world.ts'

const cancelsMax = 8
/** Links are seen to be cut by then. */
const noticedMs = 800

type Made = { readonly home: ZoneId; readonly id: WalletId; readonly bytes: Bytes }

type Tools = {
  readonly world: World
  readonly ledger: Ledger
  readonly owner: SimulatedKey
  readonly acknowledged: (answer: WalletAnswer) => void
}

/** Drawn apart, so that runs without it stay as they are. */
export class CancelWorkload {
  readonly #tools: Tools
  readonly #random: Random
  readonly #client: Client

  constructor(tools: Tools) {
    const { world, ledger } = tools
    this.#tools = tools
    this.#random = createRandom(world.seed, 'cancels')
    this.#client = new Client(world, ledger, createRandom(world.seed, 'cancel links'))
  }

  start(withinMs: number): void {
    const random = this.#random
    const { scheduler, checks } = this.#tools.world
    if (!random.chance(0.4)) return
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      scheduler.after(random.between(500, withinMs), 'wish cancel', () => {
        this.#createAndCancel().catch((error: unknown) => {
          checks.fault(`cancel: ${String(error)}`)
        })
      })
    }
  }

  async #createAndCancel(): Promise<void> {
    const { world, owner } = this.#tools
    const random = this.#random
    const home = random.pick([...world.zones.keys()])
    const bytes = creationBytes(world, {
      home,
      owner,
      random,
      constraints: {},
      durability: random.pick([2, 2, 3]),
      staleAfterMs: 3_600_000,
      source: { type: 'generate' },
    })
    if (bytes === undefined) return
    const made = { home, id: walletIdOf(world.crypto, bytes), bytes }
    this.#isolate(home)
    await this.#client.sleep(noticedMs)
    this.#repeatLater(made)
    await this.#create(made, home)
    // Some are left to be completed.
    if (random.chance(0.8)) await this.#cancel(made)
  }

  /** The home is cut off for a while, mostly from all others. */
  #isolate(home: ZoneId): void {
    const { network, scheduler, zones } = this.#tools.world
    const others = [...zones.keys()].filter((zone) => zone !== home)
    const cut = this.#random.chance(0.85) ? others : [this.#random.pick(others)]
    for (const other of cut) network.cut(home, other, true)
    scheduler.after(this.#random.between(1200, 6000), 'heals', () => {
      for (const other of cut) network.cut(home, other, false)
    })
  }

  /** The bytes of the creation come again, anywhere, whatever became of it. */
  #repeatLater(made: Made): void {
    const { scheduler, zones } = this.#tools.world
    for (let count = 1 + this.#random.below(4); count > 0; count -= 1) {
      const zone = this.#random.pick([made.home, ...zones.keys()])
      scheduler.after(this.#random.between(0, 20_000), 'wish create again', () => {
        void this.#create(made, zone)
      })
    }
  }

  async #create({ bytes }: Made, zone: ZoneId): Promise<void> {
    const { owner, acknowledged } = this.#tools
    const authorisations = [owner.authorise('enrol', bytes)]
    const request = { operation: 'wallet.create', bytes, authorisations }
    const answer = await this.#client.send<WalletAnswer>(zone, request)
    if (answer.type === 'ok') acknowledged(answer.value)
  }

  /** Until it is final, or refused for good. */
  async #cancel(made: Made): Promise<void> {
    const { world, owner } = this.#tools
    const { home, id } = made
    for (let attempt = 0; attempt < cancelsMax; attempt += 1) {
      const bytes = cancelBytes(world, id)
      const authorisations = [owner.authorise('change', bytes)]
      const zone = attempt < 2 ? home : this.#random.pick([home, ...world.zones.keys()])
      const request = { operation: 'wallet.cancel', bytes, authorisations }
      const answer: Answer<CancelAnswer> = await this.#client.send(zone, request)
      if (answer.type === 'ok' && answer.value.durability.state === 'final') {
        world.cancels.final(id)
        return this.#repeatLater(made)
      }
      await this.#client.sleep(this.#random.between(200, 3000))
    }
  }
}
