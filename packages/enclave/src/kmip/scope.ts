/** What one operation works with: the request's version, time, tenant, objects and batch. */
import type { Signed } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import type {
  ManagedObject,
  ObjectReference,
  OperationName,
  RequestHeader,
  RequestPayload,
  ResponsePayload,
  Version,
} from '@holdfast/kmip'
import type { Certifier } from '../ports/certifier.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'
import type { BatchValues } from './batch-values.ts'
import { checkOwner } from './check-owner.ts'
import type { ChainCrypto } from './crypto/chain-curves.ts'
import type { SigningKeys } from './crypto/signing-keys.ts'
import { failWith } from './failure.ts'
import { type Attributes, valueOf, withOnly } from './objects/attributes.ts'
import { currentAttributes } from './objects/lifecycle.ts'
import type { KmipServerFacts } from './server-facts.ts'
import type { TenantMemory } from './tenant-memory.ts'
import {
  checkConstraints,
  type TenantSettings,
  type TenantSettingsStore,
} from './tenant-settings.ts'
import type { Allowed } from './ticket-rights.ts'
import type { WaitedSign, WalletKeyUse } from './wallet-keys/wallet-keys.ts'
import type { KmipObject, Workspace } from './workspace.ts'

export type Scope = {
  readonly version: Version
  readonly wallet: WalletId
  /** The client's credential, for the owner of a lease and for logs. */
  readonly credential: string
  readonly header: RequestHeader
  readonly nowMs: number
  /** Seconds since 1970. */
  readonly now: bigint
  readonly work: Workspace
  readonly batch: BatchValues
  /** What the tickets of the request allow to this operation; undefined without such tickets. */
  readonly allowed: Allowed | undefined
  /** Of the tenant, read for operations that make objects. */
  readonly settings: TenantSettings | undefined
  readonly settingsStore: TenantSettingsStore
  readonly memory: TenantMemory
  readonly crypto: GeneralCrypto
  /** Without it secp256k1 is signed as any other curve. */
  readonly chains: ChainCrypto | undefined
  /** Private keys of the node's general objects, opened. */
  readonly signingKeys: SigningKeys
  readonly entropy: Entropy
  readonly facts: KmipServerFacts
  readonly certifier: Certifier | undefined
  /** Who the request says that it is. */
  readonly principal: string | undefined
  /** Owners whose credential was shown on this connection. */
  readonly shown: Set<string>
  /** Whether a guess at an owner is right, counted before. */
  readonly guess: (owner: string, isRight: () => boolean) => Promise<Result<boolean>>
  /** A signature by a key of the caller's wallet, judged as every other request. */
  readonly signWithWalletKey: (identifier: string, use: WalletKeyUse) => Promise<Result<Signed>>
  /** What became of a signature that waits for persons, by the hash of its request. */
  readonly pollWalletKey: (request: string) => Promise<Result<WaitedSign>>
  readonly cancelWalletKey: (request: string) => Promise<Result<void>>
  /** What is done when the answer is written: secrets that it held are overwritten. */
  readonly cleanUps: (() => void)[]
  /** Every operation that this server does. */
  readonly supported: readonly OperationName[]
}

/** One operation: a payload in, a payload out; throws a `KmipFailure`. */
export type Handler<Name extends OperationName = OperationName> = (
  scope: Scope,
  request: RequestPayload<Name>,
) => Promise<ResponsePayload<Name>> | ResponsePayload<Name>

/** An operation's handler, whose payloads are inferred from its name. */
export const handler = <const Name extends OperationName>(
  _name: Name,
  handle: Handler<Name>,
): Handler<Name> => handle

const notFound = (): never => failWith('ObjectNotFound', 'no object has this identifier')

/** An object as it is now, if the request may use it; undefined where there is none. */
export const lookUp = async (scope: Scope, identifier: string): Promise<KmipObject | undefined> => {
  const found = await scope.work.find(identifier)
  if (found === undefined) return undefined
  if (found.owner !== undefined) await checkOwner(scope, found.owner)
  if (scope.allowed?.touches(found) === false) {
    failWith('PermissionDenied', 'the ticket does not allow this object')
  }
  return { ...found, attributes: currentAttributes(found.attributes, scope.now) }
}

/** The object that a request is about: named, placed, or the one that the batch made last. */
export const objectOf = async (
  scope: Scope,
  reference: ObjectReference | undefined,
): Promise<KmipObject> => {
  const found = (await lookUp(scope, scope.batch.resolve(reference))) ?? notFound()
  scope.batch.touched(found.identifier)
  return found
}

/** As `objectOf`, for operations that a destroyed or archived object does not take part in. */
export const livingObjectOf = async (
  scope: Scope,
  reference: ObjectReference | undefined,
): Promise<KmipObject> => {
  const object = await objectOf(scope, reference)
  if (object.destroyed) failWith('ObjectDestroyed', 'the object was destroyed')
  if (isArchived(object)) failWith('ObjectArchived', 'the object is archived')
  return object
}

export const isArchived = ({ attributes }: KmipObject): boolean =>
  valueOf(attributes, 'ArchiveDate') !== undefined

/** Stores other attributes of an object and the date of this change. */
export const change = (
  scope: Scope,
  object: KmipObject,
  attributes: Attributes,
): Promise<KmipObject> =>
  scope.work.update(object, withOnly(attributes, { name: 'LastChangeDate', value: scope.now }))

/** Stores a new object under a fresh identifier. */
export const addObject = (
  scope: Scope,
  value: ManagedObject,
  attributes: Attributes,
  identifier?: string,
): KmipObject => {
  if (scope.allowed?.makes === false) {
    failWith('PermissionDenied', 'the ticket allows no new objects')
  }
  if (scope.settings !== undefined) checkConstraints(scope.settings, value.type, attributes)
  const id =
    identifier === undefined
      ? ObjectId.of(scope.entropy.bytes(16))
      : scope.work.importedId(identifier)
  const name = identifier ?? id
  const all = withOnly(withOnly(attributes, { name: 'UniqueIdentifier', value: name }), {
    name: 'ShortUniqueIdentifier',
    value: shortOf(id),
  })
  const owner = scope.principal
  const object = { id, identifier: name, attributes: all, destroyed: false, owner }
  scope.work.add(object, value)
  scope.batch.touched(name)
  return object
}

const shortOf = (id: ObjectId): Bytes => {
  const bytes = new Uint8Array(8)
  for (let index = 0; index < 8; index += 1) {
    bytes[index] = Number.parseInt(id.slice(4 + index * 2, 6 + index * 2), 16)
  }
  return bytes
}
