/** `wallet.create`: keys are made, the wallet is stored, and answered when enough zones hold it. */
import type { DurabilityState, WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { checkFirstCredentials } from '../credentials/check-new-credentials.ts'
import { durabilityWaitMs, staleAfterMsDefault } from '../limits.ts'
import { acceptWallet } from '../replication/accept-wallet.ts'
import { checkCreation } from '../wallets/check-creation.ts'
import { type MadeKey, makeKey } from '../wallets/key-objects.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { walletIdOf } from '../wallets/wallet-id.ts'
import type { AnyCall, Call, Run } from './call.ts'

const firstVersion = (
  context: CoreContext,
  call: Call<'wallet.create'>,
  made: readonly MadeKey[],
): Wallet => {
  const { request, bytes } = call
  const at = formatTimestamp(context.clock.nowMs())
  return {
    format: 'holdfast wallet v1',
    id: walletIdOf(context.crypto, bytes),
    mesh: context.mesh,
    name: request.name,
    epoch: 1,
    version: 1,
    previous: null,
    request: toHex(context.crypto.sha256(bytes)),
    salt: toHex(context.entropy.bytes(16)),
    home: request.home,
    placement: request.placement,
    ...(request.placement.durability > 1 && { provisional: true }),
    staleAfterMs: request.staleAfterMs ?? staleAfterMsDefault,
    persons: request.persons,
    credentials: request.credentials,
    policy: request.policy,
    policyVersion: 1,
    keys: made.map(({ key }) => key),
    accounts: made.flatMap(({ accounts }) => accounts),
    createdAt: at,
    changedAt: at,
  }
}

const makeKeys = (
  context: CoreContext,
  call: Call<'wallet.create'>,
): Result<readonly MadeKey[]> => {
  const wallet = walletIdOf(context.crypto, call.bytes)
  const made: MadeKey[] = []
  for (const request of call.request.keys) {
    const key = makeKey(context, wallet, request)
    if (!key.ok) {
      for (const one of made) one.payload.fill(0)
      return key
    }
    made.push(key.value)
  }
  return accept(made)
}

/** Makes and stores the first version here, owing it to the other zones of the placement. */
const createHere = async (
  context: CoreContext,
  call: Call<'wallet.create'>,
): Promise<Result<WalletEntry>> => {
  const allowed = checkCreation(call.request, context)
  if (!allowed.ok) return allowed
  const made = makeKeys(context, call)
  if (!made.ok) return made
  const wallet = firstVersion(context, call, made.value)
  const owed = wallet.placement.zones.filter((zone) => zone !== context.zone)
  const isLinked = owed.some((zone) => context.peers.ofZone(zone) !== undefined)
  const unsent = wallet.provisional === true && !isLinked
  const objects = made.value.map(({ key, payload }) => ({ id: key.id, payload }))
  try {
    const stored = await acceptWallet(
      context,
      { wallet: utf8(JSON.stringify(wallet)), objects },
      { origin: 'here', owed, unsent },
    )
    if (!stored.ok) return stored
    const { entry } = stored.value
    context.audit.note(decided(context, entry, call, { outcome: 'changed', version: '1.1' }))
    return accept(entry)
  } finally {
    for (const { payload } of made.value) payload.fill(0)
  }
}

/** Two repeats of one request may meet: the second finds what the first has stored. */
const findOrCreate = async (
  context: CoreContext,
  call: Call<'wallet.create'>,
): Promise<Result<WalletEntry>> => {
  const id = walletIdOf(context.crypto, call.bytes)
  const held = await context.wallets.read(id)
  if (held !== undefined) return accept(held)
  const created = await createHere(context, call)
  if (created.ok || created.refusal.code !== 'conflict') return created
  const other = await context.wallets.read(id)
  return other === undefined ? created : accept(other)
}

/**
 * Where enough zones hold it, these have to know so by themselves: whichever is left must sign. Of
 * two, each knows from the other; of more, they are told.
 */
const spreadCreation = async (
  context: CoreContext,
  call: AnyCall,
  entry: WalletEntry,
): Promise<Result<DurabilityState>> => {
  const { id, placement, provisional } = entry.wallet
  const needed = placement.durability
  const spread = (): Promise<DurabilityState> =>
    context.replicator.spreadWallet(entry, { needed, waitMs: remainingMs(context, call) })
  const held = await spread()
  if (held.state === 'pending' || provisional !== true) return accept(held)
  if (context.acknowledged.waits(id)) {
    const known = await context.acknowledged.put(id)
    if (!known.ok) return known
  }
  return accept(needed > 2 ? await spread() : held)
}

const remainingMs = (context: CoreContext, call: AnyCall): number =>
  Math.max(0, Math.min(durabilityWaitMs, call.deadlineMs - context.clock.nowMs()))

/**
 * Repeating the same bytes continues the same creation. Refusals: `invalid_field`,
 * `unauthenticated`, `bad_proof`, `unknown_zone`, `too_few_zones`, `placement_mismatch`, those of
 * imported keys (`bad_seal`, `bad_checksum`, `bad_key`, `wrong_curve`), and `pending` while fewer
 * zones than the durability hold it.
 */
export const walletCreate: Run<'wallet.create'> = async (context, call) => {
  const enrolled = checkFirstCredentials(context, call)
  if (!enrolled.ok) return enrolled
  const found = await findOrCreate(context, call)
  if (!found.ok) return found
  const entry = found.value
  const spread = await spreadCreation(context, call, entry)
  if (!spread.ok) return spread
  const durability = spread.value
  if (durability.state === 'pending') {
    // No address is shown before the wallet could survive a zone.
    const missing = durability.missing.join(',')
    return refuse('pending', 'too few zones hold the wallet yet: repeat the request', missing)
  }
  const answer: WalletAnswer = {
    wallet: entry.wallet,
    durability,
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
