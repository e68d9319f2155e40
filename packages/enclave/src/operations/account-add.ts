/** `account.add`: further accounts under a key; a new version, ordered by the wallet's home. */
import type { DurabilityState, WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { accountsMax } from '@holdfast/base/limits'
import { formatTimestamp } from '@holdfast/base/time'
import type { Account, Wallet } from '@holdfast/base/wallet'
import type { CoreContext } from '../context.ts'
import { authorise } from '../credentials/authorise.ts'
import { durabilityWaitMs } from '../limits.ts'
import { acceptWallet } from '../replication/accept-wallet.ts'
import { finalCount } from '../replication/spread.ts'
import { describeAccount, openKey } from '../wallets/key-objects.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { AnyCall, Call, Run } from './call.ts'

const addressesOf = (accounts: readonly Account[]): ReadonlySet<string> =>
  new Set(accounts.map((account) => `${account.chain} ${account.address}`))

const describe = async (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'account.add'>,
): Promise<Result<readonly Account[]>> => {
  const { key, accounts } = call.request
  if (!entry.wallet.keys.some((one) => one.id === key)) {
    return refuse('invalid_field', 'the wallet has no such key', key)
  }
  if (entry.wallet.accounts.length + accounts.length > accountsMax) {
    return refuse('limit_reached', 'the wallet has as many accounts as it may')
  }
  using material = await openKey(context, entry.wallet.id, key)
  const described = attempt(() =>
    accounts.map((account) => describeAccount(context, key, material, account)),
  )
  if (!described.ok) return described
  const all = [...entry.wallet.accounts, ...described.value]
  return addressesOf(all).size === all.length
    ? described
    : refuse('invalid_field', 'the wallet has an account with this address')
}

const nextVersion = (
  context: CoreContext,
  { wallet, hash }: WalletEntry,
  call: AnyCall,
  accounts: readonly Account[],
): Wallet => ({
  ...wallet,
  version: wallet.version + 1,
  previous: hash,
  request: toHex(context.crypto.sha256(call.bytes)),
  salt: toHex(context.entropy.bytes(16)),
  accounts: [...wallet.accounts, ...accounts],
  changedAt: formatTimestamp(context.clock.nowMs()),
})

const change = async (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'account.add'>,
): Promise<Result<WalletEntry>> => {
  const { epoch, version } = entry.wallet
  const { base } = call.request
  if (base.epoch !== epoch || base.version !== version) {
    return refuse('conflict', 'the wallet has another version', `${epoch}.${version}`)
  }
  const accounts = await describe(context, entry, call)
  if (!accounts.ok) return accounts
  const wallet = nextVersion(context, entry, call, accounts.value)
  const owed = wallet.placement.zones.filter((zone) => zone !== context.zone)
  const bundle = { wallet: utf8(JSON.stringify(wallet)), objects: [] }
  const stored = await acceptWallet(context, bundle, owed)
  return stored.ok ? accept(stored.value.entry) : stored
}

const answerOf = (
  context: CoreContext,
  call: AnyCall,
  entry: WalletEntry,
  durability: DurabilityState,
): WalletAnswer => ({
  wallet: entry.wallet,
  durability,
  node: context.self,
  ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
})

/**
 * Repeating the same bytes gives the same answer. Refusals: of the judge, `conflict` (another
 * version is held), `invalid_field`, `wrong_curve`, `limit_reached`. The answer says `pending`
 * and who is missing until a majority of the placement holds the change.
 */
export const accountAdd: Run<'account.add'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'account.add' },
  })
  if (!allowed.ok) return allowed
  const repeated = held.wallet.request === toHex(context.crypto.sha256(call.bytes))
  const changed = repeated ? accept(held) : await change(context, held, call)
  if (!changed.ok) return changed
  const entry = changed.value
  const durability = await context.replicator.spreadWallet(entry, {
    needed: finalCount(entry.wallet.placement),
    waitMs: durabilityWaitMs,
  })
  return accept(answerOf(context, call, entry, durability))
}
