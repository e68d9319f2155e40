/** What governors' statement on homes asks of this zone, group by group. */
import type { HomeStatement } from '@holdfast/base/home-statement'
import type { ZoneId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import { hasMajority, withoutThese } from '../quorum/voters.ts'
import type { Group } from './group.ts'
import { leaderOf } from './leadership.ts'
import type { EpochPromise, PromiseTable } from './promise-table.ts'
import type { HomeOrder } from './take-over.ts'

type Context = { readonly zone: ZoneId; readonly promises: Pick<PromiseTable, 'get'> }

export type OrderedGroup = { readonly group: Group; readonly order: HomeOrder }

/** The zone that the statement makes home, and those without which it decides. */
const aim = (
  { promises }: Context,
  group: Group,
  { moves, givenUp }: HomeStatement,
): { readonly home: ZoneId; readonly without: readonly ZoneId[] } | undefined => {
  const known = promises.get(group)?.without ?? []
  const gone = [...new Set([...known, ...givenUp.filter((zone) => group.zones.includes(zone))])]
  // A majority goes on as it is: nothing that it knows is lost.
  const isLost =
    gone.length > known.length && !hasMajority(group.zones, withoutThese(group.zones, gone))
  const without = isLost ? gone : known
  const left = withoutThese(group.zones, [...without, ...givenUp])
  const move = moves.find(({ founder }) => founder === group.founder)
  if (move !== undefined && left.includes(move.home)) return { home: move.home, without }
  const leader = leaderOf({ promises }, group)
  if (!isLost && left.includes(leader)) return undefined
  const home = [leader, group.founder, ...left.toSorted()].find((zone) => left.includes(zone))
  return isLost || givenUp.includes(leader) ? home && { home, without } : undefined
}

const isObeyed = (held: EpochPromise | undefined, atMs: number, zone: ZoneId): boolean => {
  if (held === undefined || held.commandedAtMs < atMs) return false
  const breaksOff = held.commandedAtMs === atMs && held.candidate === zone && !held.adopted
  return !breaksOff
}

/** What this zone has yet to take over. */
export const ordersOf = (
  context: Context,
  groups: readonly Group[],
  statement: HomeStatement,
): readonly OrderedGroup[] => {
  const commandedAtMs = momentMs(statement.issuedAt)
  return groups.flatMap((group) => {
    const held = context.promises.get(group)
    if (isObeyed(held, commandedAtMs, context.zone)) return []
    const wanted = aim(context, group, statement)
    if (wanted?.home !== context.zone) return []
    const { without } = wanted
    const leads = leaderOf(context, group) === context.zone && held?.adopted !== false
    const asIs = leads && without.length === (held?.without.length ?? 0)
    return asIs ? [] : [{ group, order: { commandedAtMs, without } }]
  })
}
