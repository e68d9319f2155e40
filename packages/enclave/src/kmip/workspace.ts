/**
 * What one request reads and changes. Changes gather here and reach the store at `commit`: after
 * each batch item, or once at the end where the batch is to be undone as a whole.
 */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import type { Attribute, ManagedObject } from '@holdfast/kmip'
import type { ManagedObjects, ObjectState } from '../objects/managed-objects.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import type { DecodedStates } from './decoded-states.ts'
import { failRefused, failWith } from './failure.ts'
import { storedTogetherMax, tenantObjectsMax } from './limits.ts'
import type { WalletIndexes } from './locate/wallet-indexes.ts'
import type { Attributes } from './objects/attributes.ts'
import { decodePayload, encodePayload } from './objects/encode-payload.ts'
import { isEqualValue } from './objects/equal-attributes.ts'
import { type KmipObject, readState, stateBytes } from './objects/object-state.ts'
import { wipeObject } from './objects/wipe-object.ts'
import type { WalletKeyObjects } from './wallet-keys/wallet-key-objects.ts'

export type { KmipObject }

/** What a commit has stored: a new object with its value, or what an object was before. */
export type Committed =
  | { readonly object: KmipObject; readonly value: ManagedObject }
  | { readonly object: KmipObject; readonly before: KmipObject }

type Entry = {
  object: KmipObject
  /** As it was stored; undefined for a new one. */
  readonly before: KmipObject | undefined
  /** Undefined while it is not stored. */
  readonly base: RecordVersion | undefined
  /** Of a new object. */
  readonly value: ManagedObject | undefined
  changed: boolean
}

export type WorkspaceOptions = {
  readonly objects: ManagedObjects
  readonly wallet: WalletId
  readonly sha256: (bytes: Bytes) => Bytes
  readonly walletKeys: WalletKeyObjects
  readonly states: DecodedStates
  readonly indexes: WalletIndexes
  /** An object that is no client's: the tenant's own settings. */
  readonly hidden: ObjectId
  /** Told of every commit, while the values of new objects are held. */
  readonly committed?: ((changes: readonly Committed[]) => void) | undefined
}

const committedOf = ({ object, before, value }: Entry): readonly Committed[] => {
  if (before !== undefined) return [{ object, before }]
  // What its own batch destroyed again was never stored.
  return value === undefined || object.destroyed ? [] : [{ object, value }]
}

export class Workspace {
  readonly #options: WorkspaceOptions
  readonly #entries = new Map<ObjectId, Entry>()
  /** Values with secrets that the request holds. */
  readonly #held = new Set<ManagedObject>()

  constructor(options: WorkspaceOptions) {
    this.#options = options
  }

  /**
   * The id of an object that an Import brings: never one that its client chose, so that no tenant
   * can take or feel out the ids of another.
   */
  importedId(identifier: string): ObjectId {
    const hash = this.#options.sha256(utf8(`kmip object\0${this.#options.wallet}\0${identifier}`))
    return ObjectId.of(hash.subarray(0, 16))
  }

  /** The object that clients call so: by an id of ours, or by what an Import named it. */
  async find(identifier: string): Promise<KmipObject | undefined> {
    const imported = (): ObjectId => this.importedId(identifier)
    const walletKey = await this.#options.walletKeys.find(identifier, imported)
    if (walletKey !== undefined) return walletKey
    if (!ObjectId.pattern.test(identifier)) return this.#find(imported())
    return (await this.#find(ObjectId(identifier))) ?? this.#find(imported())
  }

  async #find(id: ObjectId): Promise<KmipObject | undefined> {
    if (id === this.#options.hidden) return undefined
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry.object
    const state = await this.#options.objects.state(this.#options.wallet, id)
    if (state.ok) return this.#keep(state.value)
    return state.refusal.code === 'unknown' ? undefined : failRefused(state.refusal)
  }

  /**
   * The objects of the tenant in the order of their creation, destroyed ones too: all, or those
   * that may have the attributes that are wanted, and others.
   */
  async list(wanted: readonly Attribute[]): Promise<readonly KmipObject[]> {
    const states = await this.#states(wanted)
    const stored = states.map((state) => this.#entries.get(state.id)?.object ?? this.#read(state))
    const known = new Set(stored.map(({ id }) => id))
    const fresh = [...this.#entries.values()].filter(({ object }) => !known.has(object.id))
    const walletKeys = await this.#options.walletKeys.list((name) => this.importedId(name))
    return [...walletKeys, ...stored, ...fresh.map(({ object }) => object)]
  }

  async #states(wanted: readonly Attribute[]): Promise<readonly ObjectState[]> {
    const { objects, wallet, hidden, indexes } = this.#options
    // What the request has changed and not stored stands in no index.
    const isChanged = [...this.#entries.values()].some(({ changed, base }) => changed && base)
    const ids = isChanged ? undefined : await indexes.candidates({ wallet, hidden }, wanted)
    if (ids === undefined) return (await objects.list(wallet)).filter(({ id }) => id !== hidden)
    const states: ObjectState[] = []
    for (const id of ids) {
      const state = await objects.state(wallet, id)
      if (state.ok) states.push(state.value)
      else if (state.refusal.code !== 'unknown') failRefused(state.refusal)
    }
    return states
  }

  async payload(object: KmipObject): Promise<ManagedObject> {
    if (object.walletKey !== undefined) return this.#options.walletKeys.payload(object)
    const entry = this.#entries.get(object.id)
    if (entry?.value !== undefined) return entry.value
    const bytes = await this.#options.objects.payload(this.#options.wallet, object.id)
    if (!bytes.ok) return failRefused(bytes.refusal)
    try {
      const value = decodePayload(bytes.value)
      this.#held.add(value)
      return value
    } finally {
      bytes.value.fill(0)
    }
  }

  add(object: KmipObject, value: ManagedObject): void {
    this.#held.add(value)
    this.#entries.set(object.id, {
      object,
      before: undefined,
      base: undefined,
      value,
      changed: true,
    })
  }

  /** The object with other attributes; the object must have come from this workspace. */
  async update(object: KmipObject, attributes: Attributes): Promise<KmipObject> {
    if (object.walletKey !== undefined && isEqualValue(object.attributes, attributes)) return object
    return this.#change({ ...object, attributes })
  }

  async destroy(object: KmipObject, attributes: Attributes): Promise<KmipObject> {
    return this.#change({ ...object, attributes, destroyed: true })
  }

  async commit(): Promise<void> {
    const changed = [...this.#entries.values()].filter((entry) => entry.changed)
    if (changed.length > storedTogetherMax) {
      failWith('ServerLimitExceeded', 'so many objects are not stored together')
    }
    await this.#create(changed.filter(({ base }) => base === undefined))
    await this.#store(changed.filter(({ base }) => base !== undefined))
    this.#entries.clear()
    this.#options.committed?.(changed.flatMap(committedOf))
  }

  discard(): void {
    this.#entries.clear()
  }

  /** Overwrites the secrets that the request held; when its answer is written. */
  wipe(): void {
    for (const value of this.#held) wipeObject(value)
    this.#held.clear()
  }

  async #change(object: KmipObject): Promise<KmipObject> {
    if (object.walletKey !== undefined) {
      failWith('PermissionDenied', 'the keys of a wallet do not change over KMIP')
    }
    const entry = this.#entries.get(object.id)
    if (entry !== undefined) {
      entry.object = object
      entry.changed = true
      return object
    }
    const state = await this.#options.objects.state(this.#options.wallet, object.id)
    if (!state.ok) return failRefused(state.refusal)
    const base = state.value.version
    const before = this.#read(state.value)
    this.#entries.set(object.id, { object, before, base, value: undefined, changed: true })
    return object
  }

  #read(state: ObjectState): KmipObject {
    return this.#options.states.read(state, readState)
  }

  #keep(state: ObjectState): KmipObject {
    const object = this.#read(state)
    this.#entries.set(state.id, {
      object,
      before: object,
      base: state.version,
      value: undefined,
      changed: false,
    })
    return object
  }

  async #create(entries: readonly Entry[]): Promise<void> {
    const made = entries.filter(({ object }) => !object.destroyed)
    if (made.length === 0) return
    const { objects, wallet } = this.#options
    if ((await objects.count(wallet)) + made.length > tenantObjectsMax) {
      failWith('ServerLimitExceeded', 'the tenant has as many objects as one may have')
    }
    const fresh = made.map(({ object, value }) => ({
      id: object.id,
      payload: encodePayload(value ?? failWith('GeneralFailure', 'an object has no value')),
      state: stateBytes(object),
    }))
    const created = await objects.create(wallet, fresh)
    for (const { payload } of fresh) payload.fill(0)
    if (!created.ok) failRefused(created.refusal)
  }

  async #store(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return
    const stored = await this.#options.objects.change(
      this.#options.wallet,
      entries.map(({ object, base }) => ({
        id: object.id,
        base: base as RecordVersion,
        state: stateBytes(object),
        ...(object.destroyed ? ({ destroy: true } as const) : {}),
      })),
    )
    if (!stored.ok) failRefused(stored.refusal)
  }
}
