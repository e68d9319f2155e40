/** Sends what another zone is owed; what it acknowledges is struck out. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../../limits.ts'
import type { StateEntry } from '../../objects/object-records.ts'
import { tellRemoval } from '../../placement/tell-removal.ts'
import { outName, type RecordName, stateName, walletName } from '../../records/names.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import type { Records } from '../../records/records.ts'
import { isNewer, type WalletEntry } from '../../wallets/wallet-entry.ts'
import { clearBundle, clearObjects, readBundle, readObjects } from '../bundle.ts'
import { groupOf } from '../homes/group.ts'
import { holdersOf } from '../quorum/quorum.ts'
import type { ReplicatorContext } from '../replicator-context.ts'

/** A newer entry that comes meanwhile has another revision and stays. */
const strikeOut = async (
  records: Records,
  zone: ZoneId,
  record: RecordName,
  held: RecordVersion,
): Promise<void> => {
  const name = outName(zone, record)
  const owed = await records.read(name)
  if (owed === undefined || isNewer(owed.version, held)) return
  await records.commit({
    conditions: [{ key: name, revision: owed.revision }],
    writes: [{ type: 'delete', key: name }],
  })
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
  if (told.ok) await strikeOut(context.records, to, walletName(id), { epoch, version })
  return told
}

export const pushWallet = async (
  context: ReplicatorContext,
  to: ZoneId,
  entry: WalletEntry,
): Promise<Result<void>> => {
  const { peers, records } = context
  const peer = peers.ofZone(to)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', to)
  if (!holdersOf(groupOf(entry.wallet)).includes(to)) return pushRemoval(context, to, entry)
  const bundle = await readBundle(context, entry.wallet.id)
  if (bundle === undefined) return refuse('not_here', 'the wallet is not held here')
  const answer = await peers.ask(peer, { type: 'put', bundle }, peerTimeoutMs)
  clearBundle(bundle)
  if (!answer.ok) return answer
  const { held } = answer.value
  await strikeOut(records, to, walletName(entry.wallet.id), held)
  return judgeHeld(held, entry.wallet, to)
}

const mayHold = ({ objects, wallets }: ReplicatorContext, id: ObjectId, zone: ZoneId): boolean => {
  const wallet = objects.indexed(id)?.wallet
  return wallet !== undefined && wallets.indexed(wallet)?.holders.includes(zone) === true
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
  if (!ids.every((id) => mayHold(context, id, to))) {
    for (const { object, ...version } of entries) {
      await strikeOut(records, to, stateName(object), version)
    }
    return accept(undefined)
  }
  const bundle = await readObjects(context, ids)
  const answer = await peers.ask(peer, { type: 'objects.put', bundle }, peerTimeoutMs)
  clearObjects(bundle)
  if (!answer.ok) return answer
  for (const [index, entry] of entries.entries()) {
    const held = answer.value.held[index]
    if (held === undefined) return refuse('internal', 'a peer left a state out of its answer', to)
    await strikeOut(records, to, stateName(entry.object), held)
    const judged = judgeHeld(held, entry, to)
    if (!judged.ok) return judged
  }
  return accept(undefined)
}
