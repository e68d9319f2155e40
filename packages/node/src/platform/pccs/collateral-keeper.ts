/**
 * The collateral of this machine's quotes: from a PCCS, kept on disk, renewed long before it
 * expires. What comes from either is verified with this machine's own quote before it is served.
 */
import { readFileSync, statSync } from 'node:fs'
import { type QuotePlatform, quotePlatform, verifyQuote } from '@holdfast/attestation'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { type Collateral, collateralSchema } from '@holdfast/base/collateral'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Logs } from '../../logs.ts'
import type { CollateralState } from '../machine.ts'
import { replaceFile } from '../replace-file.ts'
import * as limits from './limits.ts'
import type { FetchCollateral } from './pccs-client.ts'

export type KeeperOptions = {
  /** Absent where no PCCS is configured: then only what is on disk is served. */
  readonly fetchCollateral?: FetchCollateral
  /** Where it is kept; the host's disk, hence not trusted. */
  readonly file: string
  /** A quote of this machine: what the collateral is for. */
  readonly quote: Bytes
  readonly rootCa: Bytes
  readonly nowMs: () => number
  readonly logs: Pick<Logs, 'info' | 'warn' | 'error'>
}

export type CollateralKeeper = {
  /** What is served: also past its time, when verifiers say `collateral_expired`. */
  current(): Collateral
  state(): CollateralState
  /** Renews it where that is due; never throws. */
  tick(): Promise<void>
  start(): () => void
}

const fileSchema = z.strictObject({ obtainedAtMs: z.number().min(0), collateral: collateralSchema })

type Kept = {
  readonly collateral: Collateral
  readonly obtainedAtMs: number
  readonly expiresAtMs: number
  readonly evaluation: number
}

/** Verified at a time when it was in force, so that what expired is known for what it is. */
const judge = (
  options: KeeperOptions,
  collateral: Collateral,
  obtainedAtMs: number,
): Result<Kept> => {
  const { quote, rootCa } = options
  const verdict = verifyQuote({ quote, collateral, rootCa, nowMs: obtainedAtMs })
  if (!verdict.ok) return verdict
  const { collateralExpiresAtMs, tcbEvaluationDataNumber } = verdict.value
  return accept({
    collateral,
    obtainedAtMs,
    expiresAtMs: collateralExpiresAtMs,
    evaluation: tcbEvaluationDataNumber,
  })
}

const readKept = (options: KeeperOptions): Kept | undefined => {
  const read = attempt(() => {
    try {
      if (statSync(options.file).size > limits.cacheBytesMax) fail('too_large', 'too long')
      return readFileSync(options.file)
    } catch {
      return fail('no_collateral', 'nothing is kept')
    }
  })
  if (!read.ok) return undefined
  const parsed = attempt(() => parseJson(fileSchema, read.value))
  if (!parsed.ok) return undefined
  // A host that says "obtained tomorrow" would stop the renewal.
  const obtainedAtMs = Math.min(parsed.value.obtainedAtMs, options.nowMs())
  const judged = judge(options, parsed.value.collateral, obtainedAtMs)
  return judged.ok ? judged.value : undefined
}

const fetchKept = async (
  options: KeeperOptions,
  about: QuotePlatform,
  before: Kept | undefined,
): Promise<Result<Kept>> => {
  const { fetchCollateral } = options
  if (fetchCollateral === undefined) return refuse('no_collateral', 'no PCCS is configured', 'pccs')
  const fetched = await fetchCollateral(about)
  if (!fetched.ok) return fetched
  const judged = judge(options, fetched.value, options.nowMs())
  if (!judged.ok) return judged
  if (before !== undefined && judged.value.evaluation < before.evaluation) {
    return refuse('tcb_data_too_old', 'the PCCS gives older collateral than is kept', 'pccs')
  }
  return judged
}

/** When it is to be asked for again, from what is served and how often that failed since. */
const dueAtMs = (kept: Kept, failures: number, lastAttemptMs: number): number => {
  if (failures > 0) {
    const pause = limits.retryAfterMsMin * 2 ** Math.min(failures - 1, 16)
    return lastAttemptMs + Math.min(pause, limits.retryAfterMsMax)
  }
  const urgent = lastAttemptMs >= kept.expiresAtMs - limits.refreshBeforeExpiryMs
  return lastAttemptMs + (urgent ? limits.urgentRefreshAfterMs : limits.refreshAfterMs)
}

/**
 * Opens it: what is on disk, else what the PCCS gives. Refuses where neither gives collateral that
 * verifies, with `no_collateral` or what the verifier says of what the PCCS gave.
 */
export const openCollateralKeeper = async (
  options: KeeperOptions,
): Promise<Result<CollateralKeeper>> => {
  const about = quotePlatform(options.quote)
  if (!about.ok) return about
  const write = ({ obtainedAtMs, collateral }: Kept): void => {
    try {
      replaceFile(options.file, utf8(JSON.stringify({ obtainedAtMs, collateral })))
    } catch {
      options.logs.warn('collateral not kept', { detail: 'its file cannot be written' })
    }
  }
  const onDisk = readKept(options)
  const first =
    onDisk === undefined ? await fetchKept(options, about.value, undefined) : accept(onDisk)
  if (!first.ok) return first
  let kept = first.value
  let failures = 0
  // Collateral of the disk is tried to be renewed at the first tick after its day.
  let lastAttemptMs = kept.obtainedAtMs
  let running: Promise<void> | undefined
  if (onDisk === undefined) write(kept)

  const renew = async (): Promise<void> => {
    lastAttemptMs = options.nowMs()
    const next = await fetchKept(options, about.value, kept)
    if (!next.ok) {
      failures += 1
      const level = options.nowMs() > kept.expiresAtMs ? 'error' : 'warn'
      options.logs[level]('collateral not renewed', { code: next.refusal.code, count: failures })
      return
    }
    failures = 0
    kept = next.value
    write(kept)
    options.logs.info('collateral renewed')
  }
  const tick = (): Promise<void> => {
    if (options.nowMs() < dueAtMs(kept, failures, lastAttemptMs)) return Promise.resolve()
    running ??= renew().finally(() => {
      running = undefined
    })
    return running
  }
  return accept({
    current: () => kept.collateral,
    state: () => ({ obtainedAtMs: kept.obtainedAtMs, expiresAtMs: kept.expiresAtMs, failures }),
    tick,
    start: () => {
      const attemptNow = (): void => void tick()
      const timer = setInterval(attemptNow, limits.keeperTickMs)
      attemptNow()
      return () => clearInterval(timer)
    },
  })
}
