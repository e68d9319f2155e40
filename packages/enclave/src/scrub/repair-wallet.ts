/** Puts back what the store has lost of a wallet, from memory and from the zones that hold it. */
import { attempt } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { Condition, Write } from '../ports/store.ts'
import { objectName, walletName } from '../records/names.ts'
import type { Inspected } from '../records/records.ts'
import { clearBundle } from '../replication/bundle.ts'
import { groupOf } from '../replication/homes/group.ts'
import type { WalletBundle } from '../replication/peers/messages.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import { isNewer, parseWallet, type WalletEntry } from '../wallets/wallet-entry.ts'
import { isSound, type ScrubContext } from './inspect.ts'

/** A record is only ever replaced as it was found. */
export const conditionOn = (key: string, found: Inspected): Condition => {
  if (found.state === 'absent') return { key, revision: 'absent' }
  return { key, revision: found.state === 'sound' ? found.record.revision : found.revision }
}

/** What is known is put back, or what came after it; nothing older, and nothing else. */
const isSuccessor = (context: ScrubContext, { wallet, hash }: WalletEntry): boolean => {
  const known = context.wallets.indexed(wallet.id)
  if (known === undefined || isNewer(known, wallet)) return false
  if (!holdersOf(groupOf(wallet)).includes(context.zone)) return false
  return isNewer(wallet, known) || hash === known.hash
}

type Source = { readonly entry: WalletEntry; readonly bundle: WalletBundle }

/** The copy in memory first: of the document alone, for keys are not kept there. */
const sourcesOf = async function* (context: ScrubContext, id: WalletId): AsyncGenerator<Source> {
  const cached = context.wallets.cached(id)
  if (cached !== undefined) {
    yield { entry: cached, bundle: { wallet: cached.payload, objects: [] } }
  }
  for (const zone of context.wallets.indexed(id)?.holders ?? []) {
    const peer = zone === context.zone ? undefined : context.peers.ofZone(zone)
    if (peer === undefined) continue
    const answer = await context.peers.ask(peer, { type: 'fetch', wallet: id }, peerTimeoutMs)
    if (!answer.ok || answer.value.bundle === null) continue
    const { bundle } = answer.value
    const parsed = attempt(() => parseWallet(bundle.wallet, context.crypto))
    if (parsed.ok) yield { entry: parsed.value, bundle }
    clearBundle(bundle)
  }
}

const repairFrom = async (context: ScrubContext, source: Source): Promise<boolean> => {
  const { records, wallets, crypto } = context
  const { id } = source.entry.wallet
  const known = wallets.indexed(id)
  if (known === undefined) return true
  const name = walletName(id)
  const found = await records.inspect(name)
  const own = found.state === 'sound' && isSound(found, known) ? found.record : undefined
  const entry = own === undefined ? source.entry : parseWallet(own.payload, crypto)
  if (own === undefined && !isSuccessor(context, entry)) return false

  const conditions: Condition[] = [
    conditionOn(name, found),
    context.gone.condition(id),
    context.cancelled.condition(id),
  ]
  const writes: Write[] = []
  if (own === undefined) {
    const { epoch, version } = entry.wallet
    writes.push(records.put(name, { epoch, version }, entry.payload))
  }
  const given = new Map(source.bundle.objects.map((one) => [one.id, one.payload]))
  for (const key of entry.wallet.keys) {
    const object = await repairObject(context, key.id, given.get(key.id))
    if (object === undefined) return false
    conditions.push(object.condition)
    if (object.write !== undefined) writes.push(object.write)
  }
  if (writes.length === 0) return true
  const stored = await records.commit({ conditions, writes })
  if (!stored.ok) return false
  if (own === undefined) {
    wallets.stored(entry, stored.value)
    context.replaced(id)
  }
  return true
}

/** Undefined where it is lost here and was not given. */
const repairObject = async (
  { records }: ScrubContext,
  id: ObjectId,
  payload: Uint8Array | undefined,
): Promise<{ readonly condition: Condition; readonly write?: Write } | undefined> => {
  const name = objectName(id)
  const found = await records.inspect(name)
  const condition = conditionOn(name, found)
  if (found.state === 'sound') {
    found.record.payload.fill(0)
    return { condition }
  }
  if (payload === undefined) return undefined
  return { condition, write: records.put(name, { epoch: 1, version: 1 }, payload) }
}

/** False where nobody who can be reached has it. Throws a refusal where the store fails. */
export const repairWallet = async (context: ScrubContext, id: WalletId): Promise<boolean> => {
  for await (const source of sourcesOf(context, id)) {
    if (await repairFrom(context, source)) return true
  }
  return context.wallets.indexed(id) === undefined
}
