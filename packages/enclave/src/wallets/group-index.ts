/** The wallets of each group, and how many of them stand in which epoch. */
import type { WalletId } from '@holdfast/base/ids'
import { type Group, type GroupId, groupId } from '../replication/homes/group.ts'

type Member = Group & { readonly id: WalletId; readonly epoch: number }

type Members = {
  readonly group: Group
  readonly ids: Set<WalletId>
  /** Epochs are few: one for each takeover whose wallets were not all sent on. */
  readonly epochs: Map<number, number>
}

export class GroupIndex {
  readonly #members = new Map<GroupId, Members>()

  note(before: Member | undefined, after: Member): void {
    if (before !== undefined) this.removed(before)
    const { id, founder, zones, wallet, from, epoch } = after
    const own = { ...(wallet !== undefined && { wallet }), ...(from !== undefined && { from }) }
    const name = groupId(after)
    const held = this.#members.get(name)
    const epochs = held?.epochs ?? new Map<number, number>()
    epochs.set(epoch, (epochs.get(epoch) ?? 0) + 1)
    const ids = (held?.ids ?? new Set()).add(id)
    // A group of one wallet has the zones and the home that this has now.
    this.#members.set(name, { group: { founder, zones, ...own }, ids, epochs })
  }

  removed(before: Member): void {
    const held = this.#members.get(groupId(before))
    if (held?.ids.delete(before.id) !== true) return
    const left = (held.epochs.get(before.epoch) ?? 0) - 1
    if (left > 0) held.epochs.set(before.epoch, left)
    else held.epochs.delete(before.epoch)
  }

  groups(): readonly Group[] {
    return [...this.#members.values()].flatMap(({ group, ids }) => (ids.size > 0 ? [group] : []))
  }

  ids(group: GroupId): ReadonlySet<WalletId> {
    return this.#members.get(group)?.ids ?? new Set()
  }

  /** 1 where the group has no wallets. */
  highestEpoch(group: GroupId): number {
    return Math.max(1, ...(this.#members.get(group)?.epochs.keys() ?? []))
  }
}
