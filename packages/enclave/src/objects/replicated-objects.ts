/** Managed objects over this zone's store, ordered by their wallet's home, copied to its zones. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { durabilityWaitMs, requestTimeoutMs } from '../limits.ts'
import { objectName } from '../records/names.ts'
import { refusing } from '../refusing.ts'
import { groupOf } from '../replication/homes/group.ts'
import { homeNow, orderingEpoch } from '../replication/homes/leadership.ts'
import type { PeerRequest } from '../replication/peers/messages.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import { rememberersOf } from '../replication/quorum/voters.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { acceptObjects } from './accept-objects.ts'
import type { ManagedObjects, ObjectState } from './managed-objects.ts'
import { encodePayload, encodeState, parsePayload, type StateEntry } from './object-records.ts'
import { endOf } from './settle-tombs.ts'
import { endsAfter } from './state-line.ts'

type Create = Parameters<ManagedObjects['create']>[1]
type Changes = Parameters<ManagedObjects['change']>[1]

const others = (context: CoreContext, { wallet }: WalletEntry) =>
  holdersOf(groupOf(wallet)).filter((zone) => zone !== context.zone)

const walletHere = async (context: CoreContext, wallet: WalletId): Promise<Result<WalletEntry>> => {
  const entry = await context.wallets.read(wallet)
  return entry === undefined
    ? refuse('not_here', 'this zone does not hold the wallet', wallet)
    : accept(entry)
}

const stored = async (
  context: CoreContext,
  wallet: WalletEntry,
  bundle: { readonly state: Bytes; readonly payload?: Bytes }[],
  needed: number | 'final',
): Promise<Result<void>> => {
  const acceptance = { origin: 'here', owed: others(context, wallet) } as const
  const entries = await acceptObjects(context, bundle, acceptance)
  for (const { payload } of bundle) payload?.fill(0)
  if (!entries.ok) return entries
  const wait = { needed, waitMs: durabilityWaitMs }
  const durability = await context.replicator.spreadObjects(wallet, entries.value, wait)
  if (durability.state === 'final') return accept(undefined)
  return refuse('pending', 'too few zones hold this yet', durability.missing.join(','))
}

/** The epoch in which this zone orders what happens to objects of the wallet, if it does. */
const mayOrder = async (context: CoreContext, { wallet }: WalletEntry): Promise<Result<number>> => {
  const shown = await context.acknowledger.check(wallet.id)
  if (!shown.ok) return shown
  const booted = await context.bootRule.wait(rememberersOf(context, groupOf(wallet)))
  return booted.ok ? orderingEpoch(context, wallet) : booted
}

/** At the home: makes objects, all or none. */
export const createObjectsHere = async (
  context: CoreContext,
  wallet: WalletEntry,
  objects: Create,
): Promise<Result<void>> => {
  const epoch = await mayOrder(context, wallet)
  if (!epoch.ok) return epoch
  const createdAtMs = context.clock.nowMs()
  const salt = (): string => toHex(context.entropy.bytes(16))
  const { id } = wallet.wallet
  const bundle = objects.map((object, place) => ({
    state: encodeState(
      {
        object: object.id,
        wallet: id,
        epoch: epoch.value,
        version: 1,
        previous: null,
        salt: salt(),
        createdAtMs,
        place,
        destroyed: false,
        state: object.state,
      },
      context.crypto,
    ).payload,
    payload: encodePayload({
      object: object.id,
      wallet: id,
      // Two homes that make it, one unknown to the other, make one record.
      salt: object.isFixed === true ? '00'.repeat(16) : salt(),
      payload: object.payload,
    }),
  }))
  return stored(context, wallet, bundle, wallet.wallet.placement.durability)
}

const nextState = (
  context: CoreContext,
  held: StateEntry,
  change: Changes[number],
  epoch: number,
): Result<{ readonly state: Bytes }> => {
  if (held.epoch !== change.base.epoch || held.version !== change.base.version) {
    return refuse('conflict', 'the state has another version', change.id)
  }
  if (held.destroyed && change.destroy === true) {
    return refuse('destroyed', 'the object was destroyed already', change.id)
  }
  const { object, wallet, createdAtMs, place } = held
  const next = encodeState(
    {
      object,
      wallet,
      epoch,
      version: held.version + 1,
      previous: held.hash,
      salt: toHex(context.entropy.bytes(16)),
      createdAtMs,
      place,
      destroyed: held.destroyed || change.destroy === true,
      asked: { epoch, version: held.version + 1, atMs: context.clock.nowMs() },
      ...endsAfter(held, epoch),
      state: change.state,
    },
    context.crypto,
  )
  return accept({ state: next.payload })
}

/** At the home: the next versions of several states, all or none. */
export const changeObjectsHere = async (
  context: CoreContext,
  wallet: WalletEntry,
  changes: Changes,
): Promise<Result<void>> => {
  const ordering = await mayOrder(context, wallet)
  if (!ordering.ok) return ordering
  const bundle: { readonly state: Bytes }[] = []
  for (const change of changes) {
    const held = await context.objects.read(change.id)
    if (held === undefined || held.wallet !== wallet.wallet.id) {
      return refuse('unknown', 'the wallet has no such object', change.id)
    }
    const current = { ...held, ...(await endOf(context, held)) }
    const next = nextState(context, current, change, Math.max(ordering.value, held.epoch))
    if (!next.ok) return next
    bundle.push(next.value)
  }
  return stored(context, wallet, bundle, 'final')
}

type HomeRequest = Extract<PeerRequest, { type: 'objects.create' | 'objects.change' }>

const atHome = async (
  context: CoreContext,
  wallet: WalletEntry,
  request: HomeRequest,
): Promise<Result<void>> => {
  const home = homeNow(context, wallet.wallet)
  const peer = context.peers.ofZone(home)
  if (peer === undefined) {
    return refuse('unreachable', 'the home of the wallet cannot be reached', home)
  }
  const answer = await context.peers.ask(peer, request, requestTimeoutMs)
  return answer.ok ? accept(undefined) : answer
}

const toState = (entry: StateEntry): ObjectState => ({
  id: entry.object,
  wallet: entry.wallet,
  state: entry.state,
  version: { epoch: entry.epoch, version: entry.version },
  destroyed: entry.destroyed,
  createdAtMs: entry.createdAtMs,
  place: entry.place,
})

class ReplicatedObjects implements ManagedObjects {
  readonly #context: CoreContext

  constructor(context: CoreContext) {
    this.#context = context
  }

  create(wallet: WalletId, objects: Create): Promise<Result<void>> {
    return refusing(() => this.#create(wallet, objects))
  }

  async state(wallet: WalletId, id: ObjectId): Promise<Result<ObjectState>> {
    const entry = await refusing(() => this.#entry(wallet, id))
    return entry.ok ? accept(toState(entry.value)) : entry
  }

  payload(wallet: WalletId, id: ObjectId): Promise<Result<Bytes>> {
    return refusing(() => this.#payload(wallet, id))
  }

  async list(wallet: WalletId): Promise<readonly ObjectState[]> {
    const entries: StateEntry[] = []
    for (const id of this.#context.objects.ofWallet(wallet)) {
      const entry = await this.#context.objects.read(id)
      if (entry !== undefined) entries.push({ ...entry, ...(await endOf(this.#context, entry)) })
    }
    return entries
      .toSorted((left, right) => left.createdAtMs - right.createdAtMs || left.place - right.place)
      .map(toState)
  }

  follow(listener: (wallet: WalletId, id: ObjectId) => void): () => void {
    return this.#context.objects.follow(listener)
  }

  holds(id: ObjectId): boolean {
    return this.#context.objects.indexed(id)?.destroyed === false
  }

  async count(wallet: WalletId): Promise<number> {
    return this.#context.objects.countOf(wallet)
  }

  change(wallet: WalletId, changes: Changes): Promise<Result<void>> {
    return refusing(() => this.#change(wallet, changes))
  }

  async #create(wallet: WalletId, objects: Create): Promise<Result<void>> {
    const context = this.#context
    const entry = await walletHere(context, wallet)
    if (!entry.ok) return entry
    if (homeNow(context, entry.value.wallet) === context.zone) {
      return createObjectsHere(context, entry.value, objects)
    }
    const request = { type: 'objects.create' as const, wallet, objects: [...objects] }
    return atHome(context, entry.value, request)
  }

  async #payload(wallet: WalletId, id: ObjectId): Promise<Result<Bytes>> {
    const context = this.#context
    const entry = await this.#entry(wallet, id)
    if (!entry.ok) return entry
    if (entry.value.destroyed) return refuse('destroyed', 'the object was destroyed', id)
    const record = await context.records.read(objectName(id))
    if (record === undefined) return refuse('store_failed', 'the payload is missing', id)
    // Read, and not late: it may have been destroyed or revoked while this waited.
    const current = context.zoneView.check()
    if (!current.ok) return current
    if (!this.holds(id)) return refuse('destroyed', 'the object was destroyed', id)
    const parsed = attempt(() => parsePayload(record.payload).payload)
    // What the parser gave may be a view of the record; the caller clears it.
    return parsed
  }

  async #change(wallet: WalletId, changes: Changes): Promise<Result<void>> {
    const context = this.#context
    const entry = await walletHere(context, wallet)
    if (!entry.ok) return entry
    if (homeNow(context, entry.value.wallet) === context.zone) {
      return changeObjectsHere(context, entry.value, changes)
    }
    const request = { type: 'objects.change' as const, wallet, changes: [...changes] }
    return atHome(context, entry.value, request)
  }

  async #entry(wallet: WalletId, id: ObjectId): Promise<Result<StateEntry>> {
    const entry = await this.#context.objects.read(id)
    // To another wallet an object does not exist.
    return entry?.wallet === wallet
      ? accept({ ...entry, ...(await endOf(this.#context, entry)) })
      : refuse('unknown', 'the wallet has no such object', id)
  }
}

export const createReplicatedObjects = (context: CoreContext): ManagedObjects =>
  new ReplicatedObjects(context)
