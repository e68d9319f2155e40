/**
 * The list of what a node follows of its zone's store. What keeps records in memory has its entry
 * here, or it would go on by what another node of the zone has replaced.
 */
import { attempt } from '@holdfast/base/errors'
import { ObjectId, WalletId } from '@holdfast/base/ids'
import type { WaitTable } from '../approvals/wait-table.ts'
import type { Witness } from '../audit/witness.ts'
import type { CancelledTable } from '../cancellation/cancelled-table.ts'
import { type UnsentTable, unsentIn } from '../cancellation/unsent-table.ts'
import type { PasskeyCounters } from '../credentials/passkey/counters.ts'
import type { MarkTable } from '../marks/mark-table.ts'
import { parseState } from '../objects/object-records.ts'
import type { ObjectTable } from '../objects/object-table.ts'
import type { GoneTable } from '../placement/gone-table.ts'
import type { Crypto } from '../ports/crypto.ts'
import {
  acknowledgedPrefix,
  cancelledPrefix,
  gonePrefix,
  markPrefix,
  objectPrefix,
  passkeyPrefix,
  promisePrefix,
  statePrefix,
  tombPrefix,
  unsentPrefix,
  waitPrefix,
  walletPrefix,
  witnessPrefix,
} from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'
import type { PromiseTable } from '../replication/homes/promise-table.ts'
import type { AcknowledgedTable } from '../wallets/acknowledged-table.ts'
import { parseWallet } from '../wallets/wallet-entry.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import { closeDependents, type Dependents } from './close-dependents.ts'
import type { Followed } from './followed.ts'

export type FollowedContext = Dependents & {
  readonly crypto: Crypto
  readonly records: Records
  readonly wallets: WalletTable
  readonly objects: ObjectTable
  readonly passkeys: PasskeyCounters
  readonly marks: MarkTable
  readonly waits: WaitTable
  readonly promises: PromiseTable
  readonly gone: GoneTable
  readonly acknowledged: AcknowledgedTable
  readonly unsent: UnsentTable
  readonly cancelled: CancelledTable
  readonly witness: Witness
}

const idIn = <Id>(parse: (text: string) => Id, name: string, prefix: string): Id | undefined => {
  const parsed = attempt(() => parse(name.slice(prefix.length)))
  return parsed.ok ? parsed.value : undefined
}

const followWallets = (context: FollowedContext): Followed => {
  const { crypto, records, wallets, keys } = context
  return {
    prefix: walletPrefix,
    load: (asOf) => wallets.load(asOf),
    put: (untrusted) => {
      const id = idIn(WalletId, untrusted.key, walletPrefix)
      const held = id && wallets.indexed(id)
      if (id === undefined || (held !== undefined && held.revision >= untrusted.revision)) return
      const before = wallets.cached(id)
      const { payload, revision } = records.open(untrusted)
      const entry = parseWallet(payload, crypto)
      wallets.stored(entry, revision)
      closeDependents(context, before, entry)
    },
    deleted: (name, revision) => {
      const id = idIn(WalletId, name, walletPrefix)
      if (id === undefined) return
      const before = wallets.cached(id)
      wallets.removed(id, revision)
      if (wallets.indexed(id) !== undefined) return
      for (const key of before?.wallet.keys ?? []) keys.invalidate(key.id)
      context.sessions.endUnlisted(id, new Map())
    },
  }
}

const followStates = ({ crypto, records, objects, keys }: FollowedContext): Followed => ({
  prefix: statePrefix,
  load: (asOf) => objects.load(asOf),
  put: (untrusted) => {
    const id = idIn(ObjectId, untrusted.key, statePrefix)
    const held = id && objects.indexed(id)
    if (id === undefined || (held !== undefined && held.revision >= untrusted.revision)) return
    const { payload, revision } = records.open(untrusted)
    const entry = parseState(payload, crypto)
    objects.stored(entry, revision)
    if (entry.destroyed) keys.invalidate(id)
  },
  deleted: (name, revision) => {
    const id = idIn(ObjectId, name, statePrefix)
    if (id !== undefined) objects.removed(id, revision)
  },
})

/** Secrets are not kept but opened keys are: a tombstone, or the secret's end, erases them. */
const followSecrets = ({ keys, objects }: FollowedContext): readonly Followed[] => {
  const erase = (name: string, prefix: string): ObjectId | undefined => {
    const id = idIn(ObjectId, name, prefix)
    if (id !== undefined) keys.invalidate(id)
    return id
  }
  const bury = (name: string): void => {
    const id = erase(name, tombPrefix)
    if (id !== undefined) objects.buried(id)
  }
  const nothing = (): void => undefined
  const load = async (): Promise<void> => undefined
  return [
    { prefix: tombPrefix, load, put: ({ key }) => bury(key), deleted: nothing },
    { prefix: objectPrefix, load, put: nothing, deleted: (name) => void erase(name, objectPrefix) },
  ]
}

type Learning = { load(): Promise<void>; learn(record: OpenedRecord): void }

/** What a table learns of such a record stands, even where the record is deleted. */
const followLearning = (records: Records, prefix: string, table: Learning): Followed => ({
  prefix,
  load: () => table.load(),
  put: (untrusted) => table.learn(records.open(untrusted)),
  deleted: () => undefined,
})

const followWaits = ({ records, waits }: FollowedContext): Followed => ({
  prefix: waitPrefix,
  load: () => waits.load(),
  put: (untrusted) => waits.learn(records.open(untrusted)),
  deleted: (name, revision) => waits.forget(name, revision),
})

const followAcknowledged = ({ records, acknowledged }: FollowedContext): Followed => ({
  prefix: acknowledgedPrefix,
  load: () => acknowledged.load(),
  put: (untrusted) => acknowledged.learn(records.open(untrusted).name),
  deleted: (name) => acknowledged.forget(name),
})

/** Read after the wallets: of one that is known, it must be known whether it was sent. */
const followUnsent = ({ records, unsent }: FollowedContext): Followed => ({
  prefix: unsentPrefix,
  load: () => unsent.load(),
  put: (untrusted) => unsent.learn(records.open(untrusted)),
  deleted: (name) => {
    const id = unsentIn(name)
    if (id !== undefined) unsent.forget(id)
  },
})

const followCancelled = ({ records, cancelled }: FollowedContext): Followed => ({
  prefix: cancelledPrefix,
  load: () => cancelled.load(),
  put: (untrusted) => cancelled.learn(records.open(untrusted)),
  deleted: (name) => cancelled.forget(name),
})

export const followedRecords = (context: FollowedContext): readonly Followed[] => [
  followCancelled(context),
  followWallets(context),
  followUnsent(context),
  followStates(context),
  followLearning(context.records, passkeyPrefix, context.passkeys),
  followLearning(context.records, markPrefix, context.marks),
  followWaits(context),
  followLearning(context.records, promisePrefix, context.promises),
  followLearning(context.records, gonePrefix, context.gone),
  followAcknowledged(context),
  followLearning(context.records, witnessPrefix, context.witness),
  ...followSecrets(context),
]
