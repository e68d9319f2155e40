/** `sign`: decode, judge, open the keys, then judge again, sign, verify and release at once. */
import type { SignAnswer } from '@holdfast/base/answers'
import { fromUtf8 } from '@holdfast/base/bytes'
import { accept, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import type { Position } from '../audit/audit-log.ts'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { permit } from '../counters/permit.ts'
import { authorise } from '../credentials/authorise.ts'
import { openAccountKey } from '../keys/derive/open-account-key.ts'
import { peerTimeoutMs } from '../limits.ts'
import type { Subject } from '../policy/criteria.ts'
import type { PolicyAnswer } from '../policy/evaluate.ts'
import { forward } from '../routing/forward.ts'
import type { Decoded, SigningTask } from '../signing/chain-signer.ts'
import { decodePayload } from '../signing/decode.ts'
import { openKey } from '../wallets/key-objects.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call } from './call.ts'
import { type Release, releaseSignature } from './release-signature.ts'

/** What another zone says where it cannot count now: this one counts instead. */
const cannotCount: ReadonlySet<ErrorCode> = new Set([
  'unreachable',
  'not_here',
  'not_ready',
  'not_counted',
  'time_unknown',
  'stale_zone',
  'store_failed',
])

type Signer = { readonly key: WalletKey; readonly account?: Account }

/** The account that signs; raw use names a key, and an account where that is of a seed phrase. */
const signerOf = (entry: WalletEntry, call: Call<'sign'>): Result<Signer> => {
  const { account: id, payload } = call.request
  const account = id === undefined ? undefined : entry.accounts.get(id)
  if (account === undefined && (payload.kind !== 'raw' || id !== undefined)) {
    return refuse('wrong_account', 'the wallet has no such account', id)
  }
  const keyId: ObjectId | undefined = payload.kind === 'raw' ? payload.key : account?.key
  const key = entry.wallet.keys.find((one) => one.id === keyId)
  if (key === undefined) return refuse('wrong_account', 'the wallet has no such key', keyId)
  return accept(account === undefined ? { key } : { key, account })
}

type Question = { readonly operation: 'sign'; readonly subject: Subject }

const questionOf = ({ request }: Call<'sign'>, { intent, facts }: Decoded): Question => {
  const { account } = request
  const of = { ...(account === undefined ? {} : { account }), ...(facts && { facts }) }
  return { operation: 'sign', subject: { intent, ...of } }
}

/** What a request would sign, decoded, without judging it. Refusals of the decoder. */
export const readSigning = (
  context: CoreContext,
  entry: WalletEntry,
  call: Call<'sign'>,
): Result<{
  readonly signer: Signer
  readonly decoded: Decoded
  readonly question: Question
}> => {
  const signer = signerOf(entry, call)
  if (!signer.ok) return signer
  const { payload } = call.request
  const decoded = decodePayload({ payload, ...signer.value, crypto: context.crypto })
  if (!decoded.ok) return decoded
  const question = questionOf(call, decoded.value)
  return accept({ signer: signer.value, decoded: decoded.value, question })
}

/** Brings every private key that the tasks need into locked memory. */
const openKeys = async (
  context: CoreContext,
  entry: WalletEntry,
  { key, account }: Signer,
  tasks: readonly SigningTask[],
): Promise<void> => {
  const missing = tasks.filter(
    (task) => context.keys.get(key.id, account?.path, task.steps) === undefined,
  )
  if (missing.length === 0) return
  using material = await openKey(context, entry.wallet.id, key.id)
  // It may have left this zone while its key was read: nothing of it is kept then.
  if (context.wallets.indexed(entry.wallet.id) === undefined) return
  for (const { steps } of missing) {
    if (context.keys.get(key.id, account?.path, steps) !== undefined) continue
    const opened = openAccountKey(material, account, steps, context)
    context.keys.put(key.id, account?.path, steps, opened)
  }
}

type Granted = Omit<Release, 'entry' | 'verdict' | 'log'> & {
  readonly held: WalletEntry
  readonly allowed: PolicyAnswer
  readonly judge: (entry: WalletEntry) => Result<PolicyAnswer>
}

/** Judges again and releases; nothing waits, so that what is judged now is what is released. */
const releaseNow = (
  context: CoreContext,
  { held, allowed, judge, ...of }: Granted,
  log: Position,
): Result<SignAnswer> => {
  const entry = context.wallets.cached(held.wallet.id) ?? held
  // What has left the cache since, or the zone, is not judged by what was read before.
  if (context.wallets.indexed(held.wallet.id)?.hash !== entry.hash) {
    return refuse('conflict', 'the wallet changed meanwhile', held.wallet.id)
  }
  const verdict = entry === held ? accept(allowed) : judge(entry)
  if (!verdict.ok) return verdict
  return releaseSignature(context, { ...of, entry, verdict: verdict.value, log })
}

/** In the log first: what is released was written down, and stored, before. */
const grant = async (context: CoreContext, granted: Granted): Promise<Result<SignAnswer>> => {
  const { held, allowed, call } = granted
  const { rule, persons } = allowed
  const entry = decided(context, held, call, { outcome: 'signed', rule, persons })
  const log = await context.audit.write(entry)
  if (!log.ok) return log
  const released = releaseNow(context, granted, log.value)
  if (!released.ok) {
    const { code } = released.refusal
    context.audit.note(decided(context, held, call, { outcome: 'failed', code, rule, persons }))
  }
  return released
}

const signElsewhere = async (
  context: CoreContext,
  call: Call<'sign'>,
  zone: ZoneId,
): Promise<Result<SignAnswer>> => {
  const peer = context.peers.ofZone(zone)
  if (peer === undefined) return refuse('unreachable', 'the zone that counts cannot be reached')
  // Time is left to count here, should the other not answer.
  const deadlineMs = Math.min(call.deadlineMs, context.clock.nowMs() + peerTimeoutMs)
  const answer = await forward(context, { ...call, deadlineMs }, peer)
  return answer.ok ? accept(JSON.parse(fromUtf8(answer.value)) as SignAnswer) : answer
}

const signHere = async (
  context: CoreContext,
  call: Call<'sign'>,
  mayPass: boolean,
): Promise<Result<SignAnswer>> => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const read = readSigning(context, held, call)
  if (!read.ok) return read
  const { signer, decoded, question } = read.value
  const judge = (entry: WalletEntry, spent: ReadonlySet<string>): Result<PolicyAnswer> =>
    authorise(context, entry, call, { purpose: 'sign', question: { ...question, spent } })
  const permitted = await permit(context, held, call, {
    intent: decoded.intent,
    judge: (spent) => judge(held, spent),
    mayPass,
  })
  if (!permitted.ok) return permitted
  if ('elsewhere' in permitted.value) {
    const answer = await signElsewhere(context, call, permitted.value.elsewhere)
    const isAnswer = answer.ok || !cannotCount.has(answer.refusal.code)
    return isAnswer ? answer : signHere(context, call, false)
  }
  await openKeys(context, held, signer, decoded.tasks)
  const { spent, charged, verdict } = permitted.value
  return grant(context, {
    held,
    signer,
    decoded,
    call,
    charged,
    allowed: verdict,
    judge: (entry) => judge(entry, spent),
  })
}

/**
 * Refusals: of the decoder (`bad_transaction`, `wrong_account`), of the judge (`policy_denied`,
 * `quorum_not_met`, `proof_required`, `raw_use_denied`, `bad_proof`, `unauthenticated`), of the
 * limits (`limit_exceeded`, `not_counted`, `time_unknown`, `intent_required`, `intent_used`),
 * `stale`; `store_failed`, `limit_reached` where the decision cannot be written to the log.
 */
export const sign = (context: CoreContext, call: Call<'sign'>): Promise<Result<SignAnswer>> =>
  // What has waited was approved here: another zone knows nothing of that, and cannot count it.
  signHere(context, call, call.request.wait !== true)
