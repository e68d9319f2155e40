/** A client of the simulated mesh: its requests and answers travel, and are lost, like others. */
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8, toBase64Url, utf8 } from '@holdfast/base/bytes'
import type { ErrorCode, Result } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { ManagedObjects } from '@holdfast/enclave/objects/managed-objects'
import type { Ledger } from './ledger.ts'
import type { Random } from './random.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { World } from './world.ts'

export type Answer<Value> =
  | { readonly type: 'ok'; readonly value: Value }
  | { readonly type: 'refused'; readonly code: ErrorCode }
  /** Nothing came back: whether it was done is not known. */
  | { readonly type: 'none' }

const patienceMs = 20_000

export class Client {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #random: Random

  constructor(world: World, ledger: Ledger, random: Random) {
    this.#world = world
    this.#ledger = ledger
    this.#random = random
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.scheduler.after(ms, 'client waits', resolve))
  }

  /** Sends request bytes with proofs to a node of a zone. */
  async send<Value>(
    zone: ZoneId,
    request: { operation: string; bytes: Bytes; authorisations: readonly Authorisation[] },
  ): Promise<Answer<Value>> {
    const { bytes, operation, authorisations } = request
    const envelope = utf8(JSON.stringify({ request: toBase64Url(bytes), authorisations }))
    const { answer: change } = this.#world.defect
    const answer = await this.#travel(operation, zone, async () => {
      const node = this.#world.node(zone)
      const result = node === undefined ? undefined : await node.core.handle(envelope)
      return result === undefined ? undefined : (change?.(operation, result) ?? result)
    })
    if (answer.type !== 'ok') return answer
    this.#world.records.checkBytes(undefined, answer.value)
    this.#world.shown.answered(answer.value)
    return { type: 'ok', value: JSON.parse(fromUtf8(answer.value)) as Value }
  }

  /** One call of the managed objects at a zone. */
  objects<Value>(
    zone: ZoneId,
    what: string,
    call: (objects: ManagedObjects) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    return this.#travel(what, zone, async () => {
      const objects = this.#world.node(zone)?.core.managedObjects()
      return objects === undefined ? undefined : call(objects)
    })
  }

  /** Whatever a client does with the node of a zone, in one go. */
  through<Value>(
    zone: ZoneId,
    what: string,
    work: (node: SimulatedNode) => Promise<Result<Value>>,
  ): Promise<Answer<Value>> {
    return this.#travel(what, zone, async () => {
      const node = this.#world.node(zone)
      return node === undefined ? undefined : work(node)
    })
  }

  /** A zone of a placement, or now and then any zone. */
  zoneFor(wallet: WalletId): ZoneId {
    const placed = this.#world.records.placement(wallet) ?? []
    const all = [...this.#world.zones.keys()]
    return this.#random.pick(placed.length > 0 && this.#random.chance(0.8) ? placed : all)
  }

  #travel<Value>(
    what: string,
    zone: ZoneId,
    work: () => Promise<Result<Value> | undefined>,
  ): Promise<Answer<Value>> {
    const { scheduler, checks } = this.#world
    return new Promise((resolve) => {
      const settle = (answer: Answer<Value>): void => {
        const outcome = answer.type === 'refused' ? answer.code : answer.type
        const name = `${what} ${outcome}`
        this.#ledger.outcomes.set(name, (this.#ledger.outcomes.get(name) ?? 0) + 1)
        resolve(answer)
      }
      let settled = false
      const once = (answer: Answer<Value>): void => {
        if (settled) return
        settled = true
        settle(answer)
      }
      scheduler.after(patienceMs, `${what} given up`, () => once({ type: 'none' }))
      if (this.#world.strikes('lost')) return
      scheduler.after(this.#random.between(1, 30), `${what} at ${zone}`, () => {
        work().then(
          (result) => {
            if (result === undefined || this.#world.strikes('lostAcknowledgement')) return
            scheduler.after(this.#random.between(1, 30), `${what} answered`, () =>
              once(
                result.ok
                  ? { type: 'ok', value: result.value }
                  : { type: 'refused', code: result.refusal.code },
              ),
            )
          },
          (error: unknown) => checks.fault(`${what}: ${String(error)}`),
        )
      })
    })
  }
}
