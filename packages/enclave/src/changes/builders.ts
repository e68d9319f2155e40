/** What each change of a wallet does to its document: one entry for each kind of request. */

import { exportsMax } from '@holdfast/base/backup/exported-key'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { credentialsMax, marksMax, personsMax, placementChangesMax } from '@holdfast/base/limits'
import { checkPlacement } from '@holdfast/base/placement-resolve'
import { checkPolicy } from '@holdfast/base/policies/check'
import type { Request } from '@holdfast/base/requests/request'
import type { CoreContext } from '../core/context.ts'
import { checkPersons } from '../credentials/check-persons.ts'
import { methodHashing } from '../policy/method-hashing.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { WalletChange } from './change-wallet.ts'

export const changeOperations = [
  'policy.change',
  'placement.change',
  'wallet.unfreeze',
  'credential.add',
  'credential.remove',
  'password.change',
  'wallet.recover',
  'key.export',
] as const
export type ChangeOperation = (typeof changeOperations)[number]
export type ChangeRequest = Extract<Request, { operation: ChangeOperation }>

type BuildContext = Pick<CoreContext, 'crypto' | 'zones'>

type Build<Name extends ChangeOperation> = (
  context: BuildContext,
  entry: WalletEntry,
  request: Extract<Request, { operation: Name }>,
  /** SHA-256 of the request's bytes. */
  hash: string,
) => Result<WalletChange>

const builders: { readonly [Name in ChangeOperation]: Build<Name> } = {
  'policy.change': ({ crypto }, { wallet }, { policy }) => {
    const checked = checkPolicy(policy, wallet, methodHashing(crypto))
    return checked.ok ? accept({ policy, policyVersion: wallet.policyVersion + 1 }) : checked
  },
  'placement.change': ({ zones }, { wallet }, { placement }) => {
    if (wallet.moved?.from !== undefined) {
      return refuse('conflict', 'an earlier change of the placement is on its way')
    }
    if ((wallet.moved?.shares.length ?? 0) >= placementChangesMax) {
      return refuse('limit_reached', 'the placement was changed as often as it may be for now')
    }
    const checked = checkPlacement({ placement, home: wallet.home, zones })
    return checked.ok ? accept({ placement }) : checked
  },
  'wallet.unfreeze': (_context, { wallet }, { marks }) => {
    const lifted = new Set([...(wallet.lifted ?? []), ...marks])
    // The oldest are forgotten first: where such a freeze were still held, it would only return.
    return accept({ lifted: [...lifted].slice(-marksMax) })
  },
  'credential.add': ({ crypto }, { wallet }, request) => {
    const next = {
      persons: [...wallet.persons, ...request.persons],
      credentials: [...wallet.credentials, ...request.credentials],
    }
    if (next.persons.length > personsMax || next.credentials.length > credentialsMax) {
      return refuse('limit_reached', 'the wallet has as many persons or credentials as it may')
    }
    const checked = checkPersons(crypto, next)
    return checked.ok ? accept({ ...next, policyVersion: wallet.policyVersion + 1 }) : checked
  },
  'credential.remove': ({ crypto }, { wallet }, { credential }) => {
    const credentials = wallet.credentials.filter((one) => one.id !== credential)
    if (credentials.length === wallet.credentials.length) {
      return refuse('invalid_field', 'the wallet has no such credential', credential)
    }
    const checked = checkPersons(crypto, { persons: wallet.persons, credentials })
    return checked.ok ? accept({ credentials, policyVersion: wallet.policyVersion + 1 }) : checked
  },
  'password.change': ({ crypto }, { wallet }, { replaces, credential }) => {
    const kept = wallet.credentials.filter(({ id }) => id !== replaces)
    if (kept.length === wallet.credentials.length) {
      return refuse('invalid_field', 'the wallet has no such credential', replaces)
    }
    const credentials = [...kept, credential]
    const checked = checkPersons(crypto, { persons: wallet.persons, credentials })
    return checked.ok ? accept({ credentials, policyVersion: wallet.policyVersion + 1 }) : checked
  },
  'wallet.recover': ({ crypto }, { wallet }, request) => {
    const lost = new Set(request.remove)
    const kept = wallet.credentials.filter(({ id }) => !lost.has(id))
    const credentials = [...kept, ...request.credentials]
    if (credentials.length > credentialsMax) {
      return refuse('limit_reached', 'the wallet has as many credentials as it may')
    }
    const checked = checkPersons(crypto, { persons: wallet.persons, credentials })
    return checked.ok ? accept({ credentials, policyVersion: wallet.policyVersion + 1 }) : checked
  },
  'key.export': (_context, { wallet }, { key, recipient }, hash) => {
    if (!wallet.keys.some(({ id }) => id === key)) {
      return refuse('invalid_field', 'the wallet has no such key', key)
    }
    const grant = { request: hash, key, recipient }
    return accept({ exports: [...(wallet.exports ?? []), grant].slice(-exportsMax) })
  },
}

/** Refuses what the wallet, as it now is, does not let be done. */
export const buildChange = (
  context: BuildContext,
  entry: WalletEntry,
  request: ChangeRequest,
  hash: string,
): Result<WalletChange> =>
  (builders[request.operation] as Build<ChangeOperation>)(context, entry, request, hash)

export const isChange = (request: Request): request is ChangeRequest =>
  (changeOperations as readonly string[]).includes(request.operation)
