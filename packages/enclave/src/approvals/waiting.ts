/**
 * An operation that may wait: a request that says so and lacks persons is taken, and its bytes,
 * sent again, answer `waiting` until enough have approved it; then they answer as the operation.
 */
import { toHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { waitBytesMax } from '@holdfast/base/limits'
import { formatTimestamp } from '@holdfast/base/time'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import type { AnyCall, Call, Run } from '../operations/call.ts'
import type { WaitedCall } from './call-of.ts'
import { type Tried, tryWaiting } from './try-waiting.ts'
import type { WaitEntry } from './wait-entry.ts'
import { outlookOf, type Waitable } from './waitable.ts'

const waits = (request: string): Result<never> =>
  refuse('waiting', 'the request waits for other persons to approve it', request)

/** Whether persons alone are missing, by some rule. */
const lacksPersons = async (
  context: CoreContext,
  call: WaitedCall,
  code: string,
): Promise<boolean> => {
  if (code === 'quorum_not_met') return true
  if (code !== 'policy_denied' || call.request.operation !== 'sign') return false
  const wallet = await context.wallets.read((call as Call<'sign'>).request.wallet)
  return wallet !== undefined && outlookOf(context, wallet, call).needs.length > 0
}

const take = async (context: CoreContext, call: WaitedCall): Promise<Result<WaitEntry>> => {
  const { request, bytes } = call as Call<'sign'>
  const wallet = await context.wallets.read(request.wallet)
  if (wallet === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  if (bytes.length > waitBytesMax) return refuse('too_large', 'what waits has at most 64 KiB')
  const entry: WaitEntry = {
    format: 'holdfast wait v1',
    wallet: request.wallet,
    request: toHex(context.crypto.sha256(bytes)),
    operation: request.operation,
    bytes,
    authorisations: [...call.authorisations],
    ...(call.certificate === undefined ? {} : { certificate: call.certificate }),
    takenAt: formatTimestamp(context.clock.nowMs()),
    expiresAt: request.expiresAt,
    state: 'waiting',
    approved: [],
    rejected: [],
  }
  const stored = await context.waits.put(entry)
  if (!stored.ok) return stored
  context.audit.note(decided(context, wallet, call, { outcome: 'waiting' }))
  return accept(entry)
}

const again = async (context: CoreContext, entry: WaitEntry): Promise<Result<object>> => {
  if (entry.state === 'rejected') {
    return refuse('rejected', 'a person rejected the request', entry.rejected[0]?.person)
  }
  if (entry.state === 'failed') {
    return refuse(entry.code ?? 'internal', 'the request failed when it was approved')
  }
  const tried: Result<Tried> = await tryWaiting(context, entry)
  if (!tried.ok) return tried
  const { result } = tried.value
  return !result.ok && result.refusal.code === 'quorum_not_met' ? waits(entry.request) : result
}

/** `waiting(sign)`: refusals of the operation, `waiting`, `rejected`, `limit_reached`. */
export const waiting =
  <Name extends Waitable>(run: Run<Name>): Run<Name> =>
  async (context, call) => {
    if ((call as Call<'sign'>).request.wait !== true) return run(context, call)
    const hash = toHex(context.crypto.sha256(call.bytes))
    return context.waits.serial.alone(hash, async () => {
      const { wallet } = (call as Call<'sign'>).request
      const known = await context.waits.read(wallet, hash)
      if (known !== undefined) return again(context, known)
      const result = await run(context, call)
      const waited = call as AnyCall as WaitedCall
      if (result.ok || !(await lacksPersons(context, waited, result.refusal.code))) return result
      const taken = await take(context, waited)
      return taken.ok ? waits(taken.value.request) : taken
    })
  }
