/**
 * When a zone takes the wallets of a group over: from a home that is silent, where governors say
 * so, where its own wallet leaves a group that was promised to another, and again where a round
 * broke off.
 */
import type { Result } from '@holdfast/base/errors'
import type { CoreContext } from '../../core/context.ts'
import { failoverStaggerMs } from '../../limits.ts'
import { settleTombs } from '../../objects/settle-tombs.ts'
import { holdersOf, isQuorum } from '../quorum/quorum.ts'
import { votersOf } from '../quorum/voters.ts'
import { type Group, type GroupId, groupId } from './group.ts'
import { leaderOf } from './leadership.ts'
import { isHeldUp } from './left-group.ts'
import type { EpochPromise } from './promise-table.ts'
import { reissueGroup } from './reissue.ts'
import { endAlone, type HomeOrder, takeOver } from './take-over.ts'

export type Failover = {
  /** As `takeOver`; one round at a time for a group, whose callers get one answer. */
  takeOver(group: Group, order: HomeOrder): Promise<Result<void>>
  /** Groups of which this zone holds wallets, or has promised an epoch. */
  groups(): readonly Group[]
  /** Silent homes, rounds that broke off, wallets that still stand in an older epoch. */
  tick(): Promise<void>
}

const unasked: HomeOrder = { commandedAtMs: 0, without: [] }

class GroupFailover implements Failover {
  readonly #context: CoreContext
  #startedAtMs: number
  readonly #running = new Map<GroupId, Promise<Result<void>>>()

  constructor(context: CoreContext) {
    this.#context = context
    this.#startedAtMs = context.clock.nowMs()
  }

  takeOver(group: Group, order: HomeOrder): Promise<Result<void>> {
    return this.#once(group, () => takeOver(this.#context, group, order))
  }

  groups(): readonly Group[] {
    const { wallets, promises, zone } = this.#context
    const groups = new Map<GroupId, Group>()
    const promised = promises.all().map((one) => one.group)
    // A wallet that is a group of its own says itself which zones that has now.
    const shared = promised.filter((group) => group.wallet === undefined)
    for (const group of [...wallets.groups(), ...shared]) {
      if (group.zones.includes(zone)) groups.set(groupId(group), group)
    }
    return [...groups.values()]
  }

  async tick(): Promise<void> {
    if (!this.#context.zoneView.leads()) return this.#context.late.forget()
    for (const group of this.groups()) await this.#look(group)
    await settleTombs(this.#context)
  }

  #once(group: Group, round: () => Promise<Result<void>>): Promise<Result<void>> {
    const id = groupId(group)
    const running = this.#running.get(id)
    if (running !== undefined) return running
    const begun = round().finally(() => this.#running.delete(id))
    this.#running.set(id, begun)
    return begun
  }

  async #look(group: Group): Promise<void> {
    const promised = this.#context.promises.get(group)
    if (isHeldUp(this.#context, group)) {
      await this.takeOver(group, promised ?? unasked)
      return
    }
    if (this.#isContested(group, promised)) {
      await this.takeOver(group, promised ?? unasked)
      return
    }
    if (promised?.candidate === this.#context.zone) return this.#lookAtOwn(group, promised)
    // Two zones have no majority without each other: only governors can decide.
    if (holdersOf(votersOf(this.#context, group)).length > 2 && this.#isSilent(group)) {
      await this.takeOver(group, { ...unasked, without: promised?.without ?? [] })
    }
  }

  /** Whether this zone is the home, and another follows a candidate whose round broke off. */
  #isContested(group: Group, promised: EpochPromise | undefined): boolean {
    const { contested, zone } = this.#context
    // What was promised below the epoch of this zone stands in nobody's way any more.
    if (contested.take(group) < (promised?.epoch ?? 2)) return false
    return leaderOf(this.#context, group) === zone && promised?.adopted !== false
  }

  async #lookAtOwn(group: Group, promised: EpochPromise): Promise<void> {
    // A round that broke off is begun again; wallets that came later are sent on.
    if (!promised.adopted) await this.takeOver(group, promised)
    else if (this.#haveReturned(promised)) {
      await this.#once(group, () => endAlone(this.#context, group))
    }
    const { candidate, adopted, epoch } = this.#context.promises.get(group) ?? promised
    if (candidate === this.#context.zone && adopted) {
      await reissueGroup(this.#context, group, epoch)
    }
  }

  /** Whether so many of those that were given up are linked again that all may decide. */
  #haveReturned({ group, without }: EpochPromise): boolean {
    if (without.length === 0) return false
    const { peers, zone } = this.#context
    return isQuorum(group, (one) => one === zone || peers.ofZone(one) !== undefined)
  }

  /** The zones of a group begin one after another, so that they do not compete. */
  #isSilent(group: Group): boolean {
    const { peers, zone, clock, failoverAfterMs } = this.#context
    const leader = leaderOf(this.#context, group)
    const voters = votersOf(this.#context, group).zones
    if (leader === zone || !voters.includes(zone)) return false
    const rank = voters
      .filter((other) => other !== leader)
      .toSorted()
      .indexOf(zone)
    // A clock that fell below the start begins to count anew.
    this.#startedAtMs = Math.min(this.#startedAtMs, clock.nowMs())
    const sinceMs = peers.sinceHeardMs(leader) ?? clock.nowMs() - this.#startedAtMs
    return sinceMs > failoverAfterMs + rank * failoverStaggerMs
  }
}

export const createFailover = (context: CoreContext): Failover => new GroupFailover(context)
