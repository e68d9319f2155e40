/** One person's word on a request that waits: proved over the very bytes that wait. */
import type { ApprovalAnswer } from '@holdfast/base/answers'
import type { Authorisation } from '@holdfast/base/authorisation'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { AccountId } from '@holdfast/base/ids'
import { authorisationsMax } from '@holdfast/base/limits'
import { formatTimestamp, parseTimestamp } from '@holdfast/base/time'
import type { CredentialScope } from '@holdfast/base/wallet'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { isWithin } from '../credentials/scope.ts'
import { verifyProofs } from '../credentials/verify-proofs.ts'
import type { Call } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { callOf } from './call-of.ts'
import { showWaiting } from './show-waiting.ts'
import { tryWaiting } from './try-waiting.ts'
import type { Decision, WaitEntry } from './wait-entry.ts'
import { outlookOf, type Waitable } from './waitable.ts'

export type DecideCall = Call<'approval.approve'> | Call<'approval.reject'>

/** A scope that names what waits has room for approving it. */
const coversApproval = (
  scope: CredentialScope | undefined,
  operation: Waitable,
  account: AccountId | undefined,
): boolean =>
  operation === 'policy.change' ||
  operation === 'placement.change' ||
  operation === 'wallet.unfreeze' ||
  operation === 'wallet.recover'
    ? scope === undefined || scope.operations?.includes('*') === true
    : isWithin(scope, operation, account)

type Waiting = { readonly wallet: WalletEntry; readonly entry: WaitEntry }

const find = async (context: CoreContext, call: DecideCall): Promise<Result<Waiting>> => {
  const { wallet: id, request } = call.request
  const wallet = await context.wallets.read(id)
  if (wallet === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const entry = await context.waits.read(id, request)
  if (entry === undefined) return refuse('unknown', 'no such request waits')
  if (entry.state !== 'waiting') return accept({ wallet, entry })
  const now = await context.time.bring(wallet.wallet.placement.zones)
  if (!now.ok) return now
  return parseTimestamp(entry.expiresAt) <= now.value.latestMs
    ? refuse('expired', 'the request waited for too long')
    : accept({ wallet, entry })
}

/** Whom some rule counts may approve; he, the requester and the owners may reject. */
const mayDecide = (
  context: CoreContext,
  { wallet, entry }: Waiting,
  decision: Decision,
  purpose: 'approve' | 'reject',
): Result<void> => {
  const { person, credential } = decision
  const call = callOf(context, entry)
  const scope = wallet.credentials.get(credential)?.scope
  const { operation } = call.request
  const account = 'account' in call.request ? call.request.account : undefined
  if (!coversApproval(scope, operation, account)) {
    return refuse('out_of_scope', 'the scope of the credential has no room', credential)
  }
  const { needs } = outlookOf(context, wallet, call)
  const counts = needs.some(({ persons }) => persons === undefined || persons.includes(person))
  if (counts) return accept(undefined)
  const isOwner = wallet.wallet.persons.some(({ id, owner }) => owner && id === person)
  const asked = entry.authorisations.some(
    (one) => wallet.credentials.get(one.credential)?.person === person,
  )
  return purpose === 'reject' && (isOwner || asked)
    ? accept(undefined)
    : refuse('policy_denied', 'no rule counts what this person says on it', person)
}

const decisionsOf = (
  context: CoreContext,
  { wallet, entry }: Waiting,
  proofs: readonly Authorisation[],
  purpose: 'approve' | 'reject',
): Result<readonly Decision[]> => {
  const nowMs = context.clock.nowMs()
  const decisions: Decision[] = []
  for (const proof of proofs) {
    const verified = verifyProofs({
      crypto: context.crypto,
      credentials: wallet.credentials,
      purpose,
      request: entry.bytes,
      authorisations: [proof],
      passkeys: context.passkeys,
      nowMs,
    })
    if (!verified.ok) return verified
    for (const { person, credential } of verified.value) {
      const decision = { person, credential, at: formatTimestamp(nowMs), proof }
      const may = mayDecide(context, { wallet, entry }, decision, purpose)
      if (!may.ok) return may
      decisions.push(decision)
    }
  }
  return accept(decisions)
}

/** What a client certificate asked it may take back, as long as the wallet lists it. */
const withdrawn = (
  context: CoreContext,
  { wallet, entry }: Waiting,
  call: DecideCall,
): readonly Decision[] => {
  const { certificate } = call
  const credential = certificate === undefined ? undefined : wallet.credentials.get(certificate)
  if (credential === undefined || certificate !== entry.certificate) return []
  const at = formatTimestamp(context.clock.nowMs())
  return [{ person: credential.person, credential: credential.id, at }]
}

/** One word a credential: a repeat changes nothing. */
const withNew = (
  before: readonly Decision[],
  decisions: readonly Decision[],
): readonly Decision[] => {
  const known = new Set(before.map(({ credential }) => credential))
  return [...before, ...decisions.filter(({ credential }) => !known.has(credential))]
}

const settle = async (
  context: CoreContext,
  waiting: Waiting,
  decisions: readonly Decision[],
  purpose: 'approve' | 'reject',
): Promise<Result<WaitEntry>> => {
  const { entry } = waiting
  if (purpose === 'reject') {
    const rejected = withNew(entry.rejected, decisions)
    const next: WaitEntry = { ...entry, state: 'rejected', rejected: [...rejected] }
    const stored = await context.waits.put(next, entry)
    return stored.ok ? accept(next) : stored
  }
  const approved = withNew(entry.approved, decisions)
  if (approved.length > authorisationsMax) {
    return refuse('limit_reached', 'as many credentials approved it as may')
  }
  const next: WaitEntry = { ...entry, approved: [...approved] }
  const stored = await context.waits.put(next, entry)
  if (!stored.ok) return stored
  const tried = await tryWaiting(context, next)
  return tried.ok ? accept(tried.value.entry) : tried
}

/**
 * What is settled already is answered as it is. Refusals: `not_here`, `unknown`, `expired`,
 * `time_unknown`, of `verifyProofs`, `out_of_scope`, `policy_denied` for whom no rule counts.
 */
export const decide = (
  context: CoreContext,
  call: DecideCall,
  purpose: 'approve' | 'reject',
): Promise<Result<ApprovalAnswer>> =>
  context.waits.serial.alone(call.request.request, async () => {
    const found = await find(context, call)
    if (!found.ok) return found
    const decisions = decisionsOf(context, found.value, call.request.proofs, purpose)
    if (!decisions.ok) return decisions
    const said =
      purpose === 'reject'
        ? [...decisions.value, ...withdrawn(context, found.value, call)]
        : decisions.value
    if (said.length === 0) return refuse('unauthenticated', 'nobody says anything on the request')
    const settled =
      found.value.entry.state === 'waiting'
        ? await settle(context, found.value, said, purpose)
        : accept(found.value.entry)
    if (!settled.ok) return settled
    const persons = said.map(({ person }) => person)
    const decision = { outcome: purpose === 'approve' ? 'changed' : 'denied', persons } as const
    context.audit.note(decided(context, found.value.wallet, call, decision))
    return accept({
      approval: showWaiting(context, found.value.wallet, settled.value),
      node: context.self,
      ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
    })
  })
