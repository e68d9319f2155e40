/** Sends what another zone is owed; what it acknowledges is struck out. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { StateEntry } from '../objects/object-records.ts'
import { outName, type RecordName, stateName, walletName } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { Records } from '../records/records.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { clearBundle, clearObjects, readBundle, readObjects } from './bundle.ts'
import type { ReplicatorContext } from './replicator-context.ts'

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

export const pushWallet = async (
  context: ReplicatorContext,
  to: ZoneId,
  entry: WalletEntry,
): Promise<Result<void>> => {
  const { peers, records } = context
  const peer = peers.ofZone(to)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', to)
  const bundle = await readBundle(context, entry.wallet.id)
  if (bundle === undefined) return refuse('not_here', 'the wallet is not held here')
  const answer = await peers.ask(peer, { type: 'put', bundle }, peerTimeoutMs)
  clearBundle(bundle)
  if (!answer.ok) return answer
  const { held } = answer.value
  await strikeOut(records, to, walletName(entry.wallet.id), held)
  return judgeHeld(held, entry.wallet, to)
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
