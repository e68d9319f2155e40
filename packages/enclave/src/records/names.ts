/** Names of records in a zone's store (DESIGN §7). */

import type { Brand } from '@holdfast/base/brand'
import type { BootId, CredentialId, IntentId, ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'

export type RecordName = Brand<string, 'RecordName'>

const name = (text: string): RecordName => text as RecordName

export const walletName = (wallet: WalletId): RecordName => name(`wallet/${wallet}`)
export const objectName = (object: ObjectId): RecordName => name(`object/${object}`)
/** Lifecycle and attributes of a managed object, in versions. */
export const stateName = (object: ObjectId): RecordName => name(`state/${object}`)
export const statePrefix = 'state/'
/** Permanent: a destroyed object never returns. */
export const tombName = (object: ObjectId): RecordName => name(`tomb/${object}`)
/** Freezes and cancellations of a wallet: the union of what this zone has heard. */
export const markName = (wallet: WalletId): RecordName => name(`${markPrefix}${wallet}`)
export const markPrefix = 'mark/'
/** That this zone held a wallet and may no longer: the version that removed it (DESIGN §7). */
export const goneName = (wallet: WalletId): RecordName => name(`${gonePrefix}${wallet}`)
export const gonePrefix = 'gone/'
/** That as many zones hold a new wallet as its durability asks. */
export const acknowledgedName = (wallet: WalletId): RecordName =>
  name(`${acknowledgedPrefix}${wallet}`)
export const acknowledgedPrefix = 'acknowledged/'
/** That no other zone was sent a new wallet: it may be cancelled. */
export const unsentName = (wallet: WalletId): RecordName => name(`${unsentPrefix}${wallet}`)
export const unsentPrefix = 'unsent/'
/** That its creation was cancelled. */
export const cancelledName = (wallet: WalletId): RecordName => name(`${cancelledPrefix}${wallet}`)
export const cancelledPrefix = 'cancelled/'
/** A request that waits for approvals in this zone. */
export const waitName = (wallet: WalletId, request: string): RecordName =>
  name(`${waitPrefix}${wallet}/${request}`)
export const waitPrefix = 'wait/'
/** What `zone` has not acknowledged yet of this record. */
export const outName = (zone: ZoneId, record: RecordName): RecordName =>
  name(`out/${zone}/${record}`)
export const outPrefix = (zone: ZoneId): string => `out/${zone}/`
/** Which zone is owed what stands under a name. */
export const zoneOfOut = (out: RecordName): ZoneId => out.split('/')[1] as ZoneId
/** More is owed to `zone` than is listed. */
export const dirtyName = (zone: ZoneId): RecordName => name(`out/${zone}/dirty`)
/** Made once, under the first zone key of this store; holds the key's epoch. */
export const zoneEpochName: RecordName = name('zone/epoch')
/** The boot of the node that serves this store. */
export const claimName: RecordName = name('zone/node')
/** Counter and flags of a passkey, as this zone saw them last. */
export const passkeyName = (credential: CredentialId): RecordName => name(`passkey/${credential}`)
export const passkeyPrefix = 'passkey/'
/** What a zone has counted of a wallet's limits and guesses; written by that zone alone. */
export const countName = (wallet: WalletId, zone: ZoneId): RecordName =>
  name(`count/${wallet}/${zone}`)
export const countPrefix = 'count/'
export const countPrefixOf = (wallet: WalletId): string => `count/${wallet}/`
/** That a request was charged, until it cannot be repeated any more. */
export const chargeName = (wallet: WalletId, key: string): RecordName =>
  name(`charge/${wallet}/${key}`)
export const chargePrefix = 'charge/'
/** The one transaction that an intent id signs, where a rule asks for `once`. */
export const intentName = (wallet: WalletId, intent: IntentId): RecordName =>
  name(`intent/${wallet}/${intent}`)
export const intentPrefix = (wallet: WalletId): string => `intent/${wallet}/`
/** The epoch that was promised for a group of wallets, and to whom. */
export const promiseName = (group: string): RecordName => name(`promise/${group}`)
export const promisePrefix = 'promise/'
/** Changes of a wallet that this zone held and another home left behind. */
export const supersededName = (wallet: WalletId): RecordName => name(`superseded/${wallet}`)
/** The same of a managed object. */
export const supersededObjectName = (wallet: WalletId, object: ObjectId): RecordName =>
  name(`superseded/${wallet}/${object}`)
export const supersededPrefixOf = (wallet: WalletId): string => `superseded/${wallet}/`
export const walletPrefix = 'wallet/'
/** The key of another zone that was admitted: its epoch and its id (standing/zone-book.ts). */
export const zoneKeyName = (zone: ZoneId): RecordName => name(`zone-key/${zone}`)
export const zoneKeyPrefix = 'zone-key/'
/** When this zone first saw the manifest of this hash (standing/first-seen.ts). */
export const manifestSeenName = (hash: string): RecordName => name(`manifest-seen/${hash}`)
/** Written again and again by each node of a shared store (DESIGN §7, staleness). */
export const beatName = (boot: BootId): RecordName => name(`beat/${boot}`)
export const beatPrefix = 'beat/'
export const objectPrefix = 'object/'
export const tombPrefix = 'tomb/'
/** A page of a boot's chain of decisions, by the index of its first entry. */
export const logPageName = (boot: BootId, first: number): RecordName =>
  name(`log/${boot}/${String(first).padStart(12, '0')}`)
export const logPagePrefix = (boot: BootId): string => `log/${boot}/`
/** Where a boot's chain of decisions stands. */
export const logHeadName = (boot: BootId): RecordName => name(`log-head/${boot}`)
export const logHeadPrefix = 'log-head/'
/** How far this zone has seen a chain of another zone. */
export const witnessName = (boot: BootId): RecordName => name(`witness/${boot}`)
export const witnessPrefix = 'witness/'
