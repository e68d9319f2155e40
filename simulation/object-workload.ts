/** What KMIP would ask of managed objects: made, changed, read and destroyed, at any zone. */
import { equalBytes, toHex, utf8 } from '@holdfast/base/bytes'
import { ObjectId } from '@holdfast/base/ids'
import type { ObjectState } from '@holdfast/enclave/objects/managed-objects'
import type { Client } from './client.ts'
import type { KnownObject, KnownWallet, Ledger } from './ledger.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export class ObjectWorkload {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #client: Client
  readonly #random: Random
  #writes = 0

  constructor(world: World, ledger: Ledger, client: Client, random: Random) {
    this.#world = world
    this.#ledger = ledger
    this.#client = client
    this.#random = random
  }

  async wish(known: KnownWallet): Promise<void> {
    const objects = [...this.#ledger.objects.values()]
    if (objects.length === 0 || this.#random.chance(0.35)) return this.#create(known)
    const object = this.#random.pick(objects)
    const wish = this.#random.pick(['change', 'change', 'destroy', 'read', 'read'] as const)
    if (wish === 'read') return this.#read(object)
    const chains = this.#random.pick([1, 1, 2, 3])
    await Promise.all(
      Array.from({ length: chains }, (_, index) =>
        this.#changeSome(object, wish === 'destroy' && index === 0),
      ),
    )
    return undefined
  }

  /** One change after the other, while other clients make theirs. */
  async #changeSome(object: KnownObject, destroy: boolean): Promise<void> {
    const count = destroy ? 1 : 1 + this.#random.below(3)
    for (let index = 0; index < count; index += 1) {
      await this.#client.sleep(this.#random.between(0, 150))
      await this.#change(object, destroy)
    }
  }

  #text(): Uint8Array {
    this.#writes += 1
    return utf8(`state ${this.#writes}`)
  }

  /** Whoever asks again makes another object, as clients of KMIP do: no id is given twice. */
  async #create({ id: wallet }: KnownWallet): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const object: KnownObject = {
        id: ObjectId.of(this.#random.bytes(16)),
        wallet,
        payload: this.#random.bytes(32),
        created: 'unknown',
        destroyed: 'no',
        states: new Map(),
      }
      this.#ledger.objects.set(object.id, object)
      const state = this.#text()
      const zone = this.#client.zoneFor(wallet)
      const answer = await this.#client.objects(zone, 'object.create', (objects) =>
        objects.create(wallet, [{ id: object.id, payload: object.payload.slice(), state }]),
      )
      if (answer.type === 'ok') {
        object.created = 'final'
        object.states.set(1, state)
        return
      }
      await this.#client.sleep(this.#random.between(100, 2000))
    }
  }

  async #change(object: KnownObject, destroy: boolean): Promise<void> {
    const { id, wallet } = object
    const at = this.#client.zoneFor(wallet)
    const held = await this.#client.objects<ObjectState>(at, 'object.state', (objects) =>
      objects.state(wallet, id),
    )
    if (held.type !== 'ok') return
    const base = held.value.version
    const state = this.#text()
    if (destroy && object.destroyed === 'no') object.destroyed = 'asked'
    const zone = this.#client.zoneFor(wallet)
    const answer = await this.#client.objects(zone, 'object.change', (objects) =>
      objects.change(wallet, [{ id, base, state, ...(destroy ? { destroy: true as const } : {}) }]),
    )
    if (answer.type !== 'ok') return
    object.states.set(base.version + 1, state)
    if (destroy) object.destroyed = 'final'
    this.#world.checks.expect(
      12,
      this.#world.records.wasWritten(id, base.version + 1, state),
      () => `a change of ${id} to version ${base.version + 1} was acknowledged, not made`,
    )
  }

  async #read({ id, wallet, payload }: KnownObject): Promise<void> {
    const { records, checks } = this.#world
    const zone = this.#client.zoneFor(wallet)
    let destroyedBefore = false
    const answer = await this.#client.objects(zone, 'object.payload', (objects) => {
      // What the zone had acknowledged when the question came, not when its answer left.
      destroyedBefore = records.of(zone).has(`tomb/${id}`)
      return objects.payload(wallet, id)
    })
    if (answer.type !== 'ok') return
    checks.expect(4, !destroyedBefore, () => `${zone} gave ${id}, which it had destroyed`)
    const what = `${id} has the payload ${toHex(answer.value).slice(0, 8)}…, which nobody gave it`
    if (!equalBytes(answer.value, payload)) checks.fault(what)
  }
}
