/** Sends the bytes of a request until there is an answer, by whichever nodes are left. */
import type { Bytes } from '@holdfast/base/bytes'
import { type Refusal, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import {
  type AttemptOptions,
  firstTarget,
  type Progress,
  type Sendable,
  tryOnce,
} from './attempt.ts'
import type { Endpoint } from './endpoint.ts'
import { attemptTimeoutMs } from './limits.ts'
import type { Prepared } from './requests/prepared.ts'
import { nextStep, retryPauseMs } from './retry.ts'
import type { Rotation } from './rotation.ts'
import { moreTelling, toldWith } from './telling-refusal.ts'
import { VerificationError } from './verification-error.ts'
import { whileAlive } from './while-alive.ts'

export type DispatchOptions = AttemptOptions & {
  readonly nodes: Rotation
  readonly now: () => number
  /** A client that was closed tries no more. */
  readonly isClosed: () => boolean
}

/** The answer; throws a `RefusalError`, or a `VerificationError` where no node is trusted. */
export type Send = <Answer>(prepared: Prepared<Answer>, timeoutMs: number) => Promise<Answer>

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A try whose failures are refusals; a node that failed is passed over from now on. */
const attemptAt = async (
  options: DispatchOptions,
  endpoint: Endpoint,
  prepared: Sendable,
  progress: Progress,
  timeoutMs: number,
): Promise<Result<Bytes>> => {
  progress.distrust = undefined
  let isGivenUp = false
  const attempt = async (): Promise<Result<Bytes>> => {
    const empty = Object.keys(progress.target).length === 0
    const target = empty ? await firstTarget(options, endpoint, prepared) : progress.target
    // A node that goes on after it was given up is sent nothing any more.
    if (isGivenUp) return refuse('unreachable', 'another node was asked')
    progress.target = target
    const limits = { timeoutMs, isGivenUp: () => isGivenUp }
    return tryOnce(options, endpoint, prepared, progress, limits)
  }
  try {
    return await whileAlive(endpoint, attempt())
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof RefusalError)) throw error
    options.nodes.rest(endpoint)
    options.routes.forget(endpoint)
    isGivenUp = true
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal }
    // A node that is not trusted is as good as none; another one may be.
    progress.distrust = error
    return { ok: false, refusal: { ...error.refusal, code: 'unreachable' } }
  }
}

/** Prepares the next try after a refusal; false where the refusal is the answer. */
const planNext = (
  options: DispatchOptions,
  endpoint: Endpoint,
  { wallet }: Sendable,
  progress: Progress,
  refusal: Refusal,
): boolean => {
  const withProof = refusal.code === 'proof_required' && options.authenticate !== undefined
  if (withProof && !progress.needsProof) {
    progress.needsProof = true
    return true
  }
  const step = nextStep(refusal.code)
  const mayMove = wallet !== undefined && progress.target.wallet === undefined && !options.plain
  if (step === 'new-session') options.routes.forget(endpoint)
  if (step === 'a-holder' && mayMove) progress.target = { wallet }
  else if (step === 'another-node' || step === 'a-holder') {
    options.nodes.rest(endpoint)
    progress.target = {}
  }
  return step !== 'stop'
}

export const dispatch =
  (options: DispatchOptions): Send =>
  async <Answer>(prepared: Prepared<Answer>, timeoutMs: number): Promise<Answer> => {
    const { nodes, now } = options
    const deadline = now() + timeoutMs
    const progress: Progress = {
      target: {},
      needsProof: false,
      proofs: undefined,
      distrust: undefined,
    }
    let told: Refusal | undefined
    for (let attempt = 0; ; attempt += 1) {
      const endpoint = nodes.nearest()
      const tryMs = Math.max(1, Math.min(deadline - now(), attemptTimeoutMs))
      const result = await attemptAt(options, endpoint, prepared, progress, tryMs)
      if (result.ok) return parseJson(prepared.answer, result.value)
      told = moreTelling(told, result.refusal)
      const goOn = planNext(options, endpoint, prepared, progress, result.refusal)
      const atOnce = nextStep(result.refusal.code) === 'a-holder' && attempt === 0
      const pause = atOnce ? 0 : retryPauseMs(attempt)
      if (!goOn || now() + pause >= deadline || options.isClosed()) {
        throw progress.distrust ?? new RefusalError(toldWith(told, result.refusal))
      }
      await sleep(pause)
    }
  }
