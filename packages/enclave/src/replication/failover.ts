/**
 * Takes the wallets of a group over from a home that is silent, or away for good: a majority of
 * the placement promises the next epoch, what they remember is adopted and sent first (DESIGN §7).
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../context.ts'
import { failoverStaggerMs, peerTimeoutMs } from '../limits.ts'
import { settleTombs } from '../objects/settle-tombs.ts'
import type { Peer } from '../ports/mesh.ts'
import { knownEpoch } from './answer-promise.ts'
import { type Group, type GroupId, groupId } from './group.ts'
import { leaderOf } from './leadership.ts'
import { majorityOf } from './majority.ts'
import type { PeerRequest } from './messages.ts'
import { reissueGroup } from './reissue.ts'

export type Failover = {
  /**
   * Refuses `unreachable` (no majority promises; names who is missing), `conflict` (the home is
   * heard), `recovering`, `superseded`, those of the store.
   */
  takeOver(group: Group, options: { readonly force: boolean }): Promise<Result<void>>
  /** Silent homes, rounds that broke off, wallets that still stand in an older epoch. */
  tick(): Promise<void>
}

class GroupFailover implements Failover {
  readonly #context: CoreContext
  readonly #startedAtMs: number
  readonly #running = new Map<GroupId, Promise<Result<void>>>()

  constructor(context: CoreContext) {
    this.#context = context
    this.#startedAtMs = context.clock.nowMs()
  }

  takeOver(group: Group, { force }: { readonly force: boolean }): Promise<Result<void>> {
    const id = groupId(group)
    const running = this.#running.get(id)
    if (running !== undefined) return running
    const round = this.#takeOver(group, force).finally(() => this.#running.delete(id))
    this.#running.set(id, round)
    return round
  }

  async tick(): Promise<void> {
    const { wallets, promises, zone, zoneView } = this.#context
    if (!zoneView.leads()) return
    const groups = new Map<GroupId, Group>()
    for (const group of [...wallets.groups(), ...promises.all().map((one) => one.group)]) {
      if (group.zones.includes(zone)) groups.set(groupId(group), group)
    }
    for (const group of groups.values()) await this.#look(group)
    await settleTombs(this.#context)
  }

  async #look(group: Group): Promise<void> {
    const context = this.#context
    const promised = context.promises.get(group)
    if (promised?.candidate === context.zone) {
      // A round that broke off is begun again; wallets that came later are sent on.
      if (promised.adopted) await reissueGroup(context, group, promised.epoch)
      else await this.takeOver(group, { force: false })
      return
    }
    // Two zones have no majority without each other: only their owner can decide.
    if (group.zones.length > 2 && this.#isSilent(group)) {
      await this.takeOver(group, { force: false })
    }
  }

  /** The zones of a group begin one after another, so that they do not compete. */
  #isSilent(group: Group): boolean {
    const { peers, zone, clock, failoverAfterMs } = this.#context
    const leader = leaderOf(this.#context, group)
    if (leader === zone) return false
    const rank = group.zones
      .filter((other) => other !== leader)
      .toSorted()
      .indexOf(zone)
    const sinceMs = peers.sinceHeardMs(leader) ?? clock.nowMs() - this.#startedAtMs
    return sinceMs > failoverAfterMs + rank * failoverStaggerMs
  }

  async #takeOver(group: Group, force: boolean): Promise<Result<void>> {
    const context = this.#context
    const booted = await context.bootRule.wait(group.zones)
    if (!booted.ok) return booted
    const would = await this.#ask(group, { epoch: null, force })
    if (!would.ok) return would
    const epoch = Math.max(knownEpoch(context, group), ...would.value.known) + 1
    const own = await context.promises.put({
      group,
      epoch,
      candidate: context.zone,
      adopted: false,
    })
    if (!own.ok) return own
    const promised = await this.#ask(group, { epoch, force })
    if (!promised.ok) return promised
    if (context.wallets.highestEpoch(groupId(group)) >= epoch) {
      return refuse('superseded', 'a wallet of the group has a later epoch already')
    }
    const adopted = { group, epoch, candidate: context.zone, adopted: true }
    const stored = await context.promises.put(adopted)
    if (!stored.ok) return stored
    await reissueGroup(context, group, epoch)
    return accept(undefined)
  }

  /**
   * Asks all zones; a promise counts only after all that its zone remembers has been fetched.
   * Accepted where a majority, this zone among it, agrees.
   */
  async #ask(
    group: Group,
    question: { readonly epoch: number | null; readonly force: boolean },
  ): Promise<Result<{ readonly known: readonly number[] }>> {
    const { zone, peers } = this.#context
    const agreed: ZoneId[] = [zone]
    const known: number[] = []
    let heard: ZoneId | undefined
    await Promise.all(
      group.zones.map(async (other) => {
        const peer = other === zone ? undefined : peers.ofZone(other)
        if (peer === undefined) return
        const answer = await this.#askOne(peer, group, question)
        if (answer.ok) {
          agreed.push(other)
          known.push(answer.value)
        } else if (answer.refusal.code === 'conflict') heard = other
      }),
    )
    if (agreed.length >= majorityOf(group.zones)) return accept({ known })
    if (heard !== undefined) return refuse('conflict', 'the home is heard by a zone', heard)
    const missing = group.zones.filter((other) => !agreed.includes(other))
    return refuse('unreachable', 'too few zones promise the next epoch', missing.join(','))
  }

  async #askOne(
    peer: Peer,
    group: Group,
    { epoch, force }: { readonly epoch: number | null; readonly force: boolean },
  ): Promise<Result<number>> {
    const { peers, replicator } = this.#context
    const message: Extract<PeerRequest, { type: 'promise' }> = {
      type: 'promise',
      group: { founder: group.founder, zones: [...group.zones] },
      epoch,
      force,
    }
    const answer = await peers.ask(peer, message, peerTimeoutMs)
    if (!answer.ok) return answer
    if (epoch !== null && !(await replicator.compareNow(peer))) {
      return refuse('unreachable', 'what the zone remembers could not be fetched', peer.zone)
    }
    return accept(answer.value.known)
  }
}

export const createFailover = (context: CoreContext): Failover => new GroupFailover(context)
