/** Sends what another zone is owed; what it acknowledges is struck out. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../../limits.ts'
import type { StateEntry } from '../../objects/object-records.ts'
import { tellRemoval } from '../../placement/tell-removal.ts'
import { acknowledgedName, stateName, walletName } from '../../records/names.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import { isNewer, type WalletEntry } from '../../wallets/wallet-entry.ts'
import { clearBundle, clearObjects, readBundle, readObjects } from '../bundle.ts'
import { groupOf } from '../homes/group.ts'
import { holdersOf } from '../quorum/quorum.ts'
import type { ReplicatorContext } from '../replicator-context.ts'
import { strikeOut } from './strike-out.ts'

/** Of two that are enough, this zone is one and the zone that has answered the other. */
const acknowledge = async (
  { acknowledged, records }: ReplicatorContext,
  to: ZoneId,
  { wallet }: WalletEntry,
  held: RecordVersion,
): Promise<Result<void>> => {
  const { id, placement } = wallet
  const record = walletName(id)
  const isLearned = acknowledged.waits(id) && placement.durability <= 2
  const also = isLearned ? [acknowledged.write(id)] : []
  const struck = await strikeOut(records, { zone: to, record, held, also })
  if (!isLearned) return accept(undefined)
  if (!struck) return acknowledged.put(id)
  acknowledged.learn(acknowledgedName(id))
  return accept(undefined)
}

/**
 * Whether a zone that holds `held` has what `sent` says: the first version is in all that follow,
 * a later one in those of its own epoch alone, for another home may not have adopted it.
 */
export const covers = (held: RecordVersion, sent: RecordVersion): boolean =>
  sent.version === 1
    ? !isNewer(sent, held)
    : held.epoch === sent.epoch && held.version >= sent.version

const judgeHeld = (held: RecordVersion, sent: RecordVersion, to: ZoneId): Result<void> => {
  if (covers(held, sent)) return accept(undefined)
  return isNewer(sent, held)
    ? refuse('conflict', 'the zone holds an older version', to)
    : refuse('superseded', 'the zone holds what a later home has made', to)
}

/** What is owed to a zone that may not hold it is to be told that. */
const pushRemoval = async (
  context: ReplicatorContext,
  to: ZoneId,
  { wallet }: WalletEntry,
): Promise<Result<void>> => {
  const { id, epoch, version, moved } = wallet
  const left = moved?.left ?? []
  // The home tells these, once it is agreed.
  if (left.includes(to)) return refuse('pending', 'the zone has yet to be told', to)
  const zones = [...holdersOf(groupOf(wallet))]
  const told = await tellRemoval(context, to, { wallet: id, epoch, version, zones, left })
  if (told.ok) {
    const held = { epoch, version }
    await strikeOut(context.records, { zone: to, record: walletName(id), held })
  }
  return told
}

export const pushWallet = async (
  context: ReplicatorContext,
  to: ZoneId,
  entry: WalletEntry,
): Promise<Result<void>> => {
  const { peers } = context
  const peer = peers.ofZone(to)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', to)
  if (!holdersOf(groupOf(entry.wallet)).includes(to)) return pushRemoval(context, to, entry)
  const read = await readBundle(context, entry.wallet.id)
  if (!read.ok) return read
  const bundle = read.value
  if (bundle === undefined) return refuse('not_here', 'the wallet is not held here')
  const answer = await peers.ask(peer, { type: 'put', bundle }, peerTimeoutMs)
  clearBundle(bundle)
  if (!answer.ok) {
    context.contested.refused(groupOf(entry.wallet), answer.refusal)
    return answer
  }
  const { held } = answer.value
  const learned = await acknowledge(context, to, entry, held)
  return learned.ok ? judgeHeld(held, entry.wallet, to) : learned
}

const walletOf = ({ objects, wallets }: ReplicatorContext, id: ObjectId) => {
  const wallet = objects.indexed(id)?.wallet
  return wallet === undefined ? undefined : wallets.indexed(wallet)
}

/** Objects that were made or changed together go together. */
export const pushObjects = async (
  context: ReplicatorContext,
  to: ZoneId,
  entries: readonly Pick<StateEntry, 'object' | 'epoch' | 'version'>[],
): Promise<Result<void>> => {
  const { peers, records } = context
  const peer = peers.ofZone(to)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', to)
  const ids: readonly ObjectId[] = entries.map((entry) => entry.object)
  const groups = ids.flatMap((id) => walletOf(context, id) ?? [])
  const mayHold =
    groups.length === ids.length && groups.every(({ holders }) => holders.includes(to))
  if (!mayHold) {
    for (const { object, ...version } of entries) {
      await strikeOut(records, { zone: to, record: stateName(object), held: version })
    }
    return accept(undefined)
  }
  const bundle = await readObjects(context, ids)
  const answer = await peers.ask(peer, { type: 'objects.put', bundle }, peerTimeoutMs)
  clearObjects(bundle)
  if (!answer.ok) {
    for (const group of groups) context.contested.refused(group, answer.refusal)
    return answer
  }
  for (const [index, entry] of entries.entries()) {
    const held = answer.value.held[index]
    if (held === undefined) return refuse('internal', 'a peer left a state out of its answer', to)
    await strikeOut(records, { zone: to, record: stateName(entry.object), held })
    const judged = judgeHeld(held, entry, to)
    if (!judged.ok) return judged
  }
  return accept(undefined)
}
