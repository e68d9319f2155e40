/**
 * Signatures that may have to wait for persons, for clients that know nothing of requests: a KMIP
 * client's Sign becomes OperationPending, Poll and Cancel (docs/policy.md).
 */
import { approvalAnswer, type Signed, signAnswer } from '@holdfast/base/answers'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { accept, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import { type AccountId, type CredentialId, IntentId, type WalletId } from '@holdfast/base/ids'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { parseJson, parseValue } from '@holdfast/base/schema'
import { formatTimestamp } from '@holdfast/base/time'
import type { CoreContext } from '../core/context.ts'
import { requestTimeoutMs } from '../limits.ts'
import { dispatch } from '../routing/dispatch.ts'

/** A client whose certificate's key TLS has shown, and the wallet that lists it. */
export type PendingCaller = { readonly tenant: WalletId; readonly credential: CredentialId }

export type Submitted =
  | { readonly state: 'done'; readonly signed: Signed }
  /** `id`: 64 hexadecimal digits, the name of the request for `poll` and `cancel`. */
  | { readonly state: 'waiting'; readonly id: string }

export type PendingSignatures = {
  /**
   * Signs, or has the request wait at the wallet's home for at most `waitMs` (up to seven days).
   * Refusals of `sign`, `unreachable`, `not_here` where this node's level is too low to ask there.
   */
  submit(
    caller: PendingCaller,
    signing: {
      readonly account?: AccountId
      readonly payload: SignPayload
      readonly waitMs: number
    },
  ): Promise<Result<Submitted>>
  /** Refusals: `unknown`, `rejected`, `expired`, and what the request failed with. */
  poll(caller: PendingCaller, id: string): Promise<Result<Submitted>>
  /** Takes back what this very certificate asked. Refusals: `unknown`, `policy_denied`. */
  cancel(caller: PendingCaller, id: string): Promise<Result<void>>
}

type Ask = (caller: PendingCaller, request: object, lifeMs?: number) => Promise<Result<Bytes>>

const asker =
  (context: CoreContext): Ask =>
  ({ credential, tenant }, request, lifeMs = requestTimeoutMs) => {
    const nowMs = context.clock.nowMs()
    const bytes = utf8(
      JSON.stringify({
        mesh: context.mesh,
        expiresAt: formatTimestamp(nowMs + lifeMs),
        wallet: tenant,
        ...request,
      }),
    )
    const deadlineMs = nowMs + requestTimeoutMs
    return dispatch(context, {
      request: bytes,
      authorisations: [],
      certificate: credential,
      deadlineMs,
    })
  }

const outcome = (id: string, untrusted: Bytes): Result<Submitted> => {
  const { state, answer, code, rejected } = parseJson(approvalAnswer, untrusted).approval
  if (state === 'done') {
    return accept({ state: 'done', signed: parseValue(signAnswer, answer).signed })
  }
  if (state === 'waiting') return accept({ state: 'waiting', id })
  if (state === 'rejected') {
    return refuse('rejected', 'a person rejected the request', rejected[0]?.person)
  }
  if (state === 'expired') return refuse('expired', 'the request waited for too long')
  return refuse((code ?? 'internal') as ErrorCode, 'the request failed when it was approved')
}

/**
 *     const pending = createPendingSignatures(context)
 *     const submitted = await pending.submit(caller, { account, payload, waitMs: 86_400_000 })
 */
export const createPendingSignatures = (context: CoreContext): PendingSignatures => {
  const ask = asker(context)
  return {
    submit: async (caller, { waitMs, ...signing }) => {
      // Two requests of a client for the same data are two requests.
      const intent = IntentId.of(context.entropy.bytes(16))
      const request = { operation: 'sign', wait: true, intent, ...signing }
      const answered = await ask(caller, request, waitMs)
      if (answered.ok) {
        return accept({ state: 'done', signed: parseJson(signAnswer, answered.value).signed })
      }
      const { code, subject } = answered.refusal
      return code === 'waiting' && subject !== undefined
        ? accept({ state: 'waiting', id: subject })
        : answered
    },
    poll: async (caller, id) => {
      const answered = await ask(caller, { operation: 'approval.show', request: id })
      return answered.ok ? outcome(id, answered.value) : answered
    },
    cancel: async (caller, id) => {
      const answered = await ask(caller, { operation: 'approval.reject', request: id, proofs: [] })
      return answered.ok ? accept(undefined) : answered
    },
  }
}
