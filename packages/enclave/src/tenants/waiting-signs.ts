/**
 * Signatures for KMIP clients that wait for persons to approve them. They wait at the wallet's
 * home, where those persons look for them; a node elsewhere asks there.
 */
import type { SignAnswer } from '@holdfast/base/answers'
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import { parseRequest } from '@holdfast/base/requests/request'
import type { WaitEntry } from '../approvals/wait-entry.ts'
import { waiting } from '../approvals/waiting.ts'
import type { CoreContext } from '../core/context.ts'
import { requestTimeoutMs } from '../limits.ts'
import { checkHeader } from '../operations/check-header.ts'
import { sign } from '../operations/sign.ts'
import type { PeerRequest } from '../replication/peers/messages.ts'

export type Caller = { readonly tenant: WalletId; readonly credential: CredentialId }

/** What is asked of the home: to take a request, or what became of it, or to forget it. */
type Ask =
  | { readonly action: 'sign'; readonly request: Bytes }
  | { readonly action: 'poll' | 'cancel'; readonly hash: string }

/** The request's bytes, and the answer to it; none where it was cancelled. */
type Waited = { readonly request: Bytes; readonly body: Bytes }

const waitingSign = waiting(sign)

const run = async (
  context: CoreContext,
  { tenant, credential }: Caller,
  bytes: Bytes,
): Promise<Result<Waited>> => {
  const parsed = attempt(() => parseRequest(bytes))
  if (!parsed.ok) return parsed
  const { value: request } = parsed
  if (request.operation !== 'sign' || request.wallet !== tenant || request.wait !== true) {
    return refuse('invalid_field', 'not a signature of this wallet that may wait')
  }
  const header = checkHeader(request, context.mesh, context.clock.nowMs())
  if (!header.ok) return header
  const deadlineMs = context.clock.nowMs() + requestTimeoutMs
  const call = { bytes, request, authorisations: [], certificate: credential, deadlineMs }
  const answer = await waitingSign(context, call)
  return answer.ok ? accept({ request: bytes, body: utf8(JSON.stringify(answer.value)) }) : answer
}

/** Withdrawn by who asked; what was settled already stays so. */
const cancel = (context: CoreContext, entry: WaitEntry): Promise<Result<Waited>> =>
  context.waits.serial.alone(entry.request, async () => {
    const now = await context.waits.read(entry.wallet, entry.request)
    if (now?.state !== 'waiting') return refuse('conflict', 'the request does not wait any more')
    const wait = context.waits.all().find(({ request }) => request === entry.request)
    if (wait !== undefined) await context.waits.remove(wait)
    return accept({ request: entry.bytes, body: new Uint8Array(0) })
  })

/** At the home. A request is known to the certificate that asked for it alone. */
export const answerWait = async (
  context: CoreContext,
  caller: Caller,
  asked: Ask,
): Promise<Result<Waited>> => {
  if (asked.action === 'sign') return run(context, caller, asked.request)
  const entry = await context.waits.read(caller.tenant, asked.hash)
  if (entry?.certificate !== caller.credential) return refuse('unknown', 'no such request waits')
  return asked.action === 'cancel' ? cancel(context, entry) : run(context, caller, entry.bytes)
}

const askHome = async (context: CoreContext, caller: Caller, ask: Ask): Promise<Result<Waited>> => {
  const home = context.wallets.indexed(caller.tenant)?.home
  if (home === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  if (home === context.zone) return answerWait(context, caller, ask)
  const peer = context.peers.ofZone(home)
  if (peer === undefined) {
    return refuse('unreachable', 'the home of the wallet cannot be reached', home)
  }
  const request: PeerRequest = { type: 'kmip.wait', ...caller, ask }
  return context.peers.ask(peer, request, requestTimeoutMs)
}

/** Refuses `waiting`, with the hash of the request; and as `sign` does. */
export const signOrWait = async (
  context: CoreContext,
  caller: Caller,
  request: Bytes,
): Promise<Result<SignAnswer>> => {
  const waited = await askHome(context, caller, { action: 'sign', request })
  return waited.ok ? accept(JSON.parse(fromUtf8(waited.value.body)) as SignAnswer) : waited
}

/** The request and its answer. Refuses `waiting`, `unknown`, `rejected`, and as `sign` does. */
export const pollWait = async (
  context: CoreContext,
  caller: Caller,
  hash: string,
): Promise<Result<{ readonly request: Bytes; readonly answer: SignAnswer }>> => {
  const waited = await askHome(context, caller, { action: 'poll', hash })
  if (!waited.ok) return waited
  const { request, body } = waited.value
  return accept({ request, answer: JSON.parse(fromUtf8(body)) as SignAnswer })
}

/** Refuses `unknown`, and `conflict` where it is settled. */
export const cancelWait = async (
  context: CoreContext,
  caller: Caller,
  hash: string,
): Promise<Result<void>> => {
  const waited = await askHome(context, caller, { action: 'cancel', hash })
  return waited.ok ? accept(undefined) : waited
}
