/**
 * What a tenant sets for its own objects (KMIP 2.1 §6.1.52, §6.1.53): attributes that new objects
 * begin with, and what new objects must conform to. Kept as the state of an object of the tenant
 * that no client can name, so that it is sealed and copied like all others.
 */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import {
  type Attribute,
  decodeTtlv,
  encodeTtlv,
  type Item,
  operations,
  type RequestPayload,
  type ResponsePayload,
  tags,
} from '@holdfast/kmip'
import type { ManagedObjects } from '../objects/managed-objects.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import { failRefused, failWith } from './failure.ts'
import { type Attributes, isSameKind, valuesOf, withAdded } from './objects/attributes.ts'
import { isEqualValue } from './objects/equal-attributes.ts'

type Defaults = NonNullable<RequestPayload<'SetDefaults'>['defaultsInformation']>
type Constraints = ResponsePayload<'GetConstraints'>['constraints']

export type TenantSettings = { readonly defaults: Defaults; readonly constraints: Constraints }

const none: TenantSettings = { defaults: { objectDefaults: [] }, constraints: { constraints: [] } }

const listTag = tags.RequestPayload[0]

const encode = ({ defaults, constraints }: TenantSettings): Bytes => {
  const parts: Item[] = [
    operations.SetDefaults.request.write(listTag, { defaultsInformation: defaults }, '2.1'),
    operations.SetConstraints.request.write(listTag, { constraints }, '2.1'),
  ]
  return encodeTtlv({ tag: listTag, type: 'Structure', value: parts })
}

/** Refuses settings that are longer than a state should be. */
export const checkSize = (change: Partial<TenantSettings>, bytesMax: number): void => {
  if (encode({ ...none, ...change }).length > bytesMax) failWith('InvalidField', 'too long')
}

const decode = (bytes: Bytes): TenantSettings => {
  const tree = decodeTtlv(bytes)
  const [first, second] = tree.ok && tree.value.type === 'Structure' ? tree.value.value : []
  if (first === undefined || second === undefined) {
    return failWith('GeneralFailure', 'the settings of the tenant cannot be read')
  }
  return {
    defaults:
      operations.SetDefaults.request.read(first, '2.1').defaultsInformation ?? none.defaults,
    constraints: operations.SetConstraints.request.read(second, '2.1').constraints,
  }
}

/** The id of a wallet's settings among its objects. */
export const settingsId = (wallet: WalletId, sha256: (bytes: Bytes) => Bytes): ObjectId =>
  ObjectId.of(sha256(utf8(`kmip settings\0${wallet}`)).subarray(0, 16))

export class TenantSettingsStore {
  /** The object's id: clients choose none, so that none of theirs is this one. */
  readonly id: ObjectId
  readonly #objects: ManagedObjects
  readonly #wallet: WalletId

  constructor(objects: ManagedObjects, wallet: WalletId, id: ObjectId) {
    this.#objects = objects
    this.#wallet = wallet
    this.id = id
  }

  async read(): Promise<TenantSettings> {
    return (await this.#read()).settings
  }

  async write(change: Partial<TenantSettings>): Promise<void> {
    const { settings, version } = await this.#read()
    const state = encode({ ...settings, ...change })
    const stored =
      version === undefined
        ? await this.#objects.create(this.#wallet, [
            { id: this.id, payload: new Uint8Array(1), state, isFixed: true },
          ])
        : await this.#objects.change(this.#wallet, [{ id: this.id, base: version, state }])
    if (!stored.ok) failRefused(stored.refusal)
  }

  async #read(): Promise<{
    readonly settings: TenantSettings
    readonly version: RecordVersion | undefined
  }> {
    const held = await this.#objects.state(this.#wallet, this.id)
    if (held.ok) return { settings: decode(held.value.state), version: held.value.version }
    return held.refusal.code === 'unknown'
      ? { settings: none, version: undefined }
      : failRefused(held.refusal)
  }
}

type About = {
  readonly objectType?: unknown
  readonly objectTypes?: { readonly objectTypes?: readonly unknown[] | undefined } | undefined
  readonly objectGroups?: { readonly objectGroups?: readonly string[] | undefined } | undefined
}

const isAbout = (one: About, type: string, attributes: Attributes): boolean => {
  const { objectType } = one
  const types = one.objectTypes?.objectTypes
  const groups = one.objectGroups?.objectGroups
  if (objectType !== undefined && objectType !== type) return false
  if (types?.includes(type) === false) return false
  const own = valuesOf(attributes, 'ObjectGroup')
  return groups === undefined || own.some((group) => groups.includes(group))
}

/** The attributes with the defaults of those that are not asked for. */
export const withDefaults = (
  { defaults }: TenantSettings,
  type: string,
  requested: Attributes,
): Attributes =>
  (defaults.objectDefaults ?? [])
    .filter((one) => isAbout(one, type, requested))
    .flatMap((one) => one.attributes)
    .filter((one) => !requested.some((asked) => isSameKind(asked, one)))
    .reduce<Attributes>(withAdded, requested)

const masks: ReadonlySet<string> = new Set(['CryptographicUsageMask', 'ProtectionStorageMask'])

/** A mask has no bit beyond those that are named; another value is one of those that are. */
const conforms = (own: Attribute, named: readonly Attribute[]): boolean =>
  masks.has(own.name)
    ? named.some(({ value }) => (Number(own.value) & ~Number(value)) === 0)
    : named.some(({ value }) => isEqualValue(own.value, value))

/** Refuses an object that does not conform: each attribute that is named must have such a value. */
export const checkConstraints = (
  { constraints }: TenantSettings,
  type: string,
  attributes: Attributes,
): void => {
  for (const one of constraints.constraints ?? []) {
    if (!isAbout(one, type, attributes)) continue
    for (const wanted of one.attributes ?? []) {
      const named = (one.attributes ?? []).filter((other) => isSameKind(other, wanted))
      const own = attributes.filter((other) => isSameKind(other, wanted))
      if (own.length === 0 || !own.every((value) => conforms(value, named))) {
        failWith('ConstraintViolation', 'the object does not conform to what the tenant demands')
      }
    }
  }
}
