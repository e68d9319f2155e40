/** Finds who holds a wallet that is not here: where it was last, else the first that says so. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../context.ts'
import { peerTimeoutMs } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'

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
  // Nodes of this zone know what this one knows.
  const others = context.peers.list().filter((peer) => peer.zone !== context.zone)
  const holder = await settledIn(
    others.map(async (peer) => {
      const answer = await context.peers.ask(peer, { type: 'has', wallet }, peerTimeoutMs)
      if (answer.ok) answered.add(peer.zone)
      return answer.ok && answer.value.held !== null ? peer : undefined
    }),
  )
  if (holder !== undefined) return accept(holder)
  const silent = context.zones.map((zone) => zone.id).filter((zone) => !answered.has(zone))
  return silent.length === 0
    ? refuse('unknown', 'no zone knows this wallet', wallet)
    : refuse('unreachable', 'a zone that may hold this cannot be reached', silent.join(','))
}

/**
 * A node of a zone that holds the wallet. Refusals: `unknown` where every zone of the manifest
 * says that it does not hold it, `unreachable` where one of them could not be asked.
 */
export const locate = async (context: CoreContext, wallet: WalletId): Promise<Result<Peer>> => {
  const boot = context.locations.get(wallet)
  const known = boot === undefined ? undefined : context.peers.byBoot(boot)
  if (known !== undefined) return accept(known)
  const found = await askAll(context, wallet)
  if (found.ok) context.locations.set(wallet, found.value.boot)
  else context.locations.forget(wallet)
  return found
}
