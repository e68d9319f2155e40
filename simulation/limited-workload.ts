/** Clients of limits: many signatures at several zones at once, repeats, intents used twice. */
import type { SignAnswer } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import type { Client } from './client.ts'
import type { KnownWallet } from './ledger.ts'
import type { Random } from './random.ts'
import { countedRecipient, onceRecipient, signBytes } from './requests.ts'
import type { SignatureChecks } from './signature-checks.ts'
import type { World } from './world.ts'

export class LimitedWorkload {
  readonly #world: World
  readonly #signatures: SignatureChecks
  readonly #client: Client
  readonly #random: Random
  #nonce = 1_000_000

  constructor(world: World, signatures: SignatureChecks, client: Client, random: Random) {
    this.#world = world
    this.#signatures = signatures
    this.#client = client
    this.#random = random
  }

  async wish(known: KnownWallet): Promise<void> {
    if (this.#random.chance(0.3)) return this.#useIntentTwice(known)
    const count = 1 + this.#random.below(4)
    await Promise.all(Array.from({ length: count }, () => this.#signCounted(known)))
  }

  /** More than the limit allows, at all zones. */
  async useUp(known: KnownWallet): Promise<void> {
    for (let round = 0; round < 9; round += 1) await this.#signCounted(known)
  }

  #zone(known: KnownWallet): ZoneId {
    return this.#client.zoneFor(known.id)
  }

  /** Named or not: the zone that counts. */
  #charge(known: KnownWallet): { readonly charge?: ZoneId } {
    const { zones } = known.wallet.placement
    return this.#random.chance(0.6) ? { charge: this.#random.pick(zones) } : {}
  }

  async #signCounted(known: KnownWallet): Promise<void> {
    this.#nonce += 1
    const bytes = signBytes(this.#world, known, {
      nonce: this.#nonce,
      value: 1000n,
      seen: false,
      to: countedRecipient,
      ...this.#charge(known),
    })
    await this.#repeat(known, bytes, 1 + this.#random.below(3))
  }

  async #repeat(
    known: KnownWallet,
    bytes: ReturnType<typeof signBytes>,
    times: number,
  ): Promise<void> {
    this.#signatures.authorise(this.#world, bytes)
    const authorisations = [known.owner.authorise('sign', bytes)]
    for (let attempt = 0; attempt < times; attempt += 1) {
      const request = { operation: 'sign', bytes, authorisations }
      await this.#client.send<SignAnswer>(this.#zone(known), request)
      await this.#client.sleep(this.#random.between(0, 2000))
    }
  }

  /** Two transactions under one intent, at once or one after the other. */
  async #useIntentTwice(known: KnownWallet): Promise<void> {
    const intent = `int_${toHex(this.#random.bytes(16))}`
    await Promise.all(
      [0, 1].map(async () => {
        this.#nonce += 1
        const bytes = signBytes(this.#world, known, {
          nonce: this.#nonce,
          value: 1000n,
          seen: false,
          to: onceRecipient,
          intent,
          ...this.#charge(known),
        })
        await this.#client.sleep(this.#random.between(0, 4000))
        await this.#repeat(known, bytes, 1 + this.#random.below(3))
      }),
    )
  }
}
