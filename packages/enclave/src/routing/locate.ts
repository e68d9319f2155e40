/** Finds who holds a wallet that is not here: where it was last, else the first that says so. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import { knowsAll } from './knows-all.ts'

const settledIn = <Value>(
  questions: readonly Promise<Value | undefined>[],
): Promise<Value | undefined> =>
  Promise.any(
    questions.map(async (question) => {
      const value = await question
      if (value === undefined) throw new Error('no')
      return value
    }),
  ).catch(() => undefined)

/** Asks every peer at once: the nearest holder is the first to say yes. */
const askAll = async (context: CoreContext, wallet: WalletId): Promise<Result<Peer>> => {
  const answered = new Set<ZoneId>([context.zone])
  /** Zones that do not hold it, and may not have been told yet. */
  const unsure = new Set<ZoneId>(knowsAll(context) ? [] : [context.zone])
  // Nodes of this zone know what this one knows.
  const others = context.peers.list().filter((peer) => peer.zone !== context.zone)
  const holder = await settledIn(
    others.map(async (peer) => {
      const answer = await context.peers.ask(peer, { type: 'has', wallet }, peerTimeoutMs)
      if (answer.ok) answered.add(peer.zone)
      if (answer.ok && !answer.value.counts) unsure.add(peer.zone)
      return answer.ok && answer.value.held !== null ? peer : undefined
    }),
  )
  if (holder !== undefined) return accept(holder)
  const silent = context.zones.map((zone) => zone.id).filter((zone) => !answered.has(zone))
  if (silent.length > 0) {
    return refuse('unreachable', 'a zone that may hold this cannot be reached', silent.join(','))
  }
  if (unsure.size === 0) return refuse('unknown', 'no zone knows this wallet', wallet)
  const names = [...unsure].toSorted().join(',')
  return refuse('not_yet', 'a zone has yet to hear what others remember', names)
}

/**
 * A node of a zone that holds the wallet. Refusals: `unknown` where every zone of the manifest
 * says that it does not hold it, `not_yet` where one of these has booted and was not told all yet,
 * `unreachable` where one of them could not be asked.
 */
export const locate = async (context: CoreContext, wallet: WalletId): Promise<Result<Peer>> => {
  const boot = context.locations.get(wallet)
  const known = boot === undefined ? undefined : context.peers.byBoot(boot)
  // One that owes an answer for long may have stopped: another holder is looked for.
  if (known !== undefined && !context.peers.isLate(known.boot)) return accept(known)
  const found = await askAll(context, wallet)
  if (found.ok) context.locations.set(wallet, found.value.boot)
  else context.locations.forget(wallet)
  return found
}
