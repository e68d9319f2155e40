/** Puts back what the store has lost of a managed object, from the zones that hold it. */
import { attempt } from '@holdfast/base/errors'
import type { ObjectId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import { parseState, type StateEntry } from '../objects/object-records.ts'
import type { Condition, Write } from '../ports/store.ts'
import { objectName, type RecordName, stateName, tombName } from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import { clearObjects } from '../replication/bundle.ts'
import { isNewer } from '../wallets/wallet-entry.ts'
import { isSound, type ScrubContext } from './inspect.ts'
import { conditionOn } from './repair-wallet.ts'

type Batch = { readonly conditions: Condition[]; readonly writes: Write[] }

/** What is there stays; what is not is written, if it was given. */
const putBack = async (
  { records }: ScrubContext,
  into: Batch,
  name: RecordName,
  known: RecordVersion,
  given: { readonly version: RecordVersion; readonly payload: Uint8Array } | undefined,
): Promise<boolean> => {
  const found = await records.inspect(name)
  into.conditions.push(conditionOn(name, found))
  if (isSound(found, known)) return true
  if (given === undefined) return false
  into.writes.push(records.put(name, given.version, given.payload))
  return true
}

const repairFrom = async (
  context: ScrubContext,
  next: StateEntry,
  payload: Uint8Array | undefined,
): Promise<boolean> => {
  const { objects, records } = context
  const known = objects.indexed(next.object)
  if (known === undefined) return true
  // An end is for good, and what is known is never replaced by what is older or other.
  if (known.wallet !== next.wallet || isNewer(known, next)) return false
  if (known.destroyed && !next.destroyed) return false
  if (!isNewer(next, known) && next.hash !== known.hash) return false

  const into: Batch = { conditions: [], writes: [] }
  const version = { epoch: next.epoch, version: next.version }
  const state = { version, payload: next.payload }
  const once = { epoch: 1, version: 1 }
  const rest = next.destroyed
    ? putBack(context, into, tombName(next.object), once, state)
    : putBack(context, into, objectName(next.object), once, payload && { version: once, payload })
  if (!(await rest)) return false
  if (!(await putBack(context, into, stateName(next.object), known, state))) return false
  if (next.destroyed) into.writes.push({ type: 'delete', key: objectName(next.object) })
  else into.conditions.push({ key: tombName(next.object), revision: 'absent' })
  const stored = await records.commit(into)
  if (!stored.ok) return false
  if (next.destroyed) objects.buried(next.object)
  objects.stored(next, stored.value)
  return true
}

/** False where nobody who can be reached has it. Throws a refusal where the store fails. */
export const repairObject = async (context: ScrubContext, id: ObjectId): Promise<boolean> => {
  const { objects, peers, wallets, zone } = context
  const wallet = objects.indexed(id)?.wallet
  const zones = wallet === undefined ? [] : (wallets.indexed(wallet)?.holders ?? [])
  for (const other of zones) {
    const peer = other === zone ? undefined : peers.ofZone(other)
    if (peer === undefined) continue
    const answer = await peers.ask(peer, { type: 'objects.fetch', object: id }, peerTimeoutMs)
    if (!answer.ok || answer.value.bundle === null) continue
    const { bundle } = answer.value
    const [object] = bundle
    const parsed = attempt(() => object && parseState(object.state, context.crypto))
    const isRepaired =
      parsed.ok &&
      parsed.value?.object === id &&
      (await repairFrom(context, parsed.value, object?.payload))
    clearObjects(bundle)
    if (isRepaired) return true
  }
  return objects.indexed(id) === undefined
}
