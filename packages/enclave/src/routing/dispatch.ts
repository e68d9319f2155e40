/** Takes a request's bytes to the operation that answers, here or at the node that can. */
import type { NodeName } from '@holdfast/base/answers'
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import {
  accept,
  attempt,
  type ErrorCode,
  RefusalError,
  type Result,
  refuse,
} from '@holdfast/base/errors'
import type { CredentialId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { parseRequest, type Request } from '@holdfast/base/requests/request'
import type { Cancellation } from '../cancellation/cancelled-table.ts'
import type { CoreContext } from '../core/context.ts'
import type { AnyCall } from '../operations/call.ts'
import { checkHeader } from '../operations/check-header.ts'
import { operations, whilePending } from '../operations/list.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Placed } from '../replication/compare/boot-rule.ts'
import { homeNow } from '../replication/homes/leadership.ts'
import { rememberersOf } from '../replication/quorum/voters.ts'
import type { Session } from '../sessions/session-table.ts'
import { isNewer } from '../wallets/wallet-entry.ts'
import { walletIdOf } from '../wallets/wallet-id.ts'
import type { IndexedWallet } from '../wallets/wallet-table.ts'
import { forward } from './forward.ts'
import { locate } from './locate.ts'
import { sealedTo } from './sealed-to.ts'

export type Incoming = {
  readonly request: Bytes
  readonly authorisations: readonly Authorisation[]
  readonly session?: Session
  /** Of a KMIP client: its key was shown here, or to a node that may speak for it. */
  readonly certificate?: CredentialId
  readonly relayedBy?: NodeName
  readonly deadlineMs: number
}

const toHome = async (
  context: CoreContext,
  call: AnyCall,
  wallet: WalletId,
  home: ZoneId,
): Promise<Result<Bytes>> => {
  const peer = context.peers.ofZone(home)
  if (peer !== undefined) return forward(context, call, peer)
  if (call.request.operation !== 'wallet.create') {
    return refuse('unreachable', 'the home of the wallet cannot be reached', home)
  }
  // Any holder completes a creation that its home began.
  const holder = await locate(context, wallet)
  if (!holder.ok) return refuse('unreachable', 'the home of the wallet cannot be reached', home)
  return forward(context, call, holder.value)
}

/** What another node says when the wallet is not where it was: it has done nothing. */
const moved: ReadonlySet<ErrorCode> = new Set(['not_here', 'unknown', 'not_yet'])

const toHolder = async (
  context: CoreContext,
  call: AnyCall,
  wallet: WalletId,
): Promise<Result<Bytes>> => {
  const known = context.locations.get(wallet)
  const holder = await locate(context, wallet)
  if (!holder.ok) return holder
  const answer = await forward(context, call, holder.value)
  if (answer.ok) return answer
  const { code } = answer.refusal
  if (moved.has(code) || code === 'unreachable') context.locations.forget(wallet)
  // Where it was found long ago it is no more. One that did not answer may have done it.
  if (!moved.has(code) || known === undefined || call.relayedBy !== undefined) return answer
  const other = await locate(context, wallet)
  return other.ok && other.value.boot !== holder.value.boot
    ? forward(context, call, other.value)
    : answer
}

/** Carries the operation out here; its answer's JSON. Refuses `stale_zone`. */
const runHere = async (context: CoreContext, call: AnyCall): Promise<Result<Bytes>> => {
  const current = context.zoneView.check()
  if (!current.ok) return current
  const operation = operations[call.request.operation]
  const result = await operation.run(context, call)
  // What a passkey has shown is stored before an answer to it leaves.
  const kept = context.passkeys.owes ? await context.passkeys.flush() : accept(undefined)
  if (!kept.ok) return kept
  return result.ok ? accept(utf8(JSON.stringify(result.value))) : result
}

/** What a home orders waits until it has heard what other zones remember since it booted. */
const orderHere = async (
  context: CoreContext,
  call: AnyCall,
  deciding: Placed,
): Promise<Result<Bytes>> => {
  const booted = await context.bootRule.wait(deciding)
  return booted.ok ? runHere(context, call) : booted
}

/** A client that has seen a newer version must not be answered from an older one. */
const isBehind = (
  held: { readonly epoch: number; readonly version: number },
  seen: Seen | undefined,
): boolean => seen !== undefined && isNewer(seen, held)

const seenOf = (request: Request): Seen | undefined =>
  'seen' in request ? request.seen : undefined

/** The newest version that the client says it knows; a change says on which it builds. */
const knownOf = (request: Request): Seen | undefined =>
  'base' in request ? request.base : seenOf(request)

const behind = (context: CoreContext, call: AnyCall, home: ZoneId): Promise<Result<Bytes>> => {
  const peer = home === context.zone ? undefined : context.peers.ofZone(home)
  const refused = refuse('behind', 'the client has seen a newer version of the wallet')
  return peer === undefined || call.relayedBy !== undefined
    ? Promise.resolve(refused)
    : forward(context, call, peer)
}

const toZone = async (context: CoreContext, call: AnyCall): Promise<Result<Bytes>> => {
  const zone = 'zone' in call.request ? call.request.zone : context.zone
  if (zone === context.zone) return runHere(context, call)
  const peer = context.peers.ofZone(zone)
  if (peer !== undefined) return forward(context, call, peer)
  return refuse('unreachable', 'the zone cannot be reached', zone)
}

/** The other node to which a secret in the request is sealed: no other can open it. */
const sealedElsewhere = (context: CoreContext, call: AnyCall): Peer | undefined => {
  const boot = sealedTo(call.request)
  return boot === undefined || boot === context.self.boot || call.relayedBy !== undefined
    ? undefined
    : context.peers.byBoot(boot)
}

/**
 * Another node of the zone may have stored it so lately that the watch has not told yet: before
 * another zone is asked, the store is.
 */
const heldHere = async (
  context: CoreContext,
  wallet: WalletId,
  seen: Seen | undefined,
): Promise<IndexedWallet | undefined> => {
  const held = context.wallets.indexed(wallet)
  if (!context.zoneView.shared || (held !== undefined && !isBehind(held, seen))) return held
  await context.wallets.refresh(wallet)
  return context.wallets.indexed(wallet)
}

/** There is no such wallet, for good; its home says which zones have recorded that. */
const answerCancelled = async (
  context: CoreContext,
  call: AnyCall,
  { wallet, home }: Cancellation,
): Promise<Result<Bytes>> => {
  if (call.request.operation !== 'wallet.cancel') {
    return refuse('cancelled', 'the creation of this wallet was cancelled', wallet)
  }
  return home === context.zone ? runHere(context, call) : toHome(context, call, wallet, home)
}

const route = async (context: CoreContext, call: AnyCall): Promise<Result<Bytes>> => {
  const { request } = call
  const operation = operations[request.operation]
  const opener = sealedElsewhere(context, call)
  if (opener !== undefined) return forward(context, call, opener)
  if (operation.at === 'here') return runHere(context, call)
  if (operation.at === 'zone') return toZone(context, call)
  const wallet = 'wallet' in request ? request.wallet : walletIdOf(context.crypto, call.bytes)
  const over = context.cancelled.of(wallet)
  if (over !== undefined) return answerCancelled(context, call, over)
  const held = await heldHere(context, wallet, knownOf(request))
  if (request.operation === 'wallet.create') {
    if (held !== undefined) return runHere(context, call)
    return request.home === context.zone
      ? orderHere(context, call, request.placement.zones)
      : toHome(context, call, wallet, request.home)
  }
  if (held === undefined) return toHolder(context, call, wallet)
  if (!whilePending.has(request.operation)) {
    const shown = await context.acknowledger.check(wallet)
    if (!shown.ok) return shown
  }
  const home = homeNow(context, held)
  if (isBehind(held, seenOf(request))) return behind(context, call, home)
  const waits = 'wait' in request && request.wait
  // What may have to wait does so in one place, where everybody finds it.
  if ((operation.at === 'home' || waits) && home !== context.zone) {
    return toHome(context, call, wallet, home)
  }
  if (operation.at === 'home') return orderHere(context, call, rememberersOf(context, held))
  await context.bootRule.waitForWord(home, rememberersOf(context, held))
  return runHere(context, call)
}

/**
 * The answer's JSON bytes, or the refusal: of the header (`wrong_mesh`, `expired`,
 * `expiry_too_far`), of the node (`stale_zone`), of the route (`unknown`, `unreachable`,
 * `not_here`, `behind`, `pending`, `cancelled`), or of the operation.
 */
export const dispatch = async (
  context: CoreContext,
  incoming: Incoming,
): Promise<Result<Bytes>> => {
  const parsed = attempt(() => parseRequest(incoming.request))
  if (!parsed.ok) return parsed
  const header = checkHeader(parsed.value, context.mesh, context.clock.nowMs())
  if (!header.ok) return header
  const { request: bytes, ...rest } = incoming
  try {
    return await route(context, { ...rest, bytes, request: parsed.value })
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal }
    throw error
  }
}
