/**
 * The collateral of this machine's evidence: from a service, kept on disk, renewed long before it
 * expires. What comes from either is verified with this machine's own evidence before it is served.
 */
import { readFileSync, statSync } from 'node:fs'
import { utf8 } from '@holdfast/base/bytes'
import type { Collateral } from '@holdfast/base/collateral'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import type { Logs } from '../../logs.ts'
import type { CollateralState } from '../machine.ts'
import { replaceFile } from '../replace-file.ts'
import * as limits from './limits.ts'

/** What a verifier says of collateral that is good. */
export type Judged = {
  readonly expiresAtMs: number
  /** Its maker's count or date: what is served never falls below. */
  readonly evaluation: number
}

export type KeeperOptions<Kind extends Collateral> = {
  readonly schema: z.ZodType<Kind>
  /** Refuses `no_collateral` where nothing gives it: then only what is on disk is served. */
  readonly fetchCollateral: () => Promise<Result<Kind>>
  /** By this machine's own evidence, at that time. */
  readonly judge: (collateral: Kind, nowMs: number) => Result<Judged>
  /** Where it is kept; the host's disk, hence not trusted. */
  readonly file: string
  readonly nowMs: () => number
  readonly logs: Pick<Logs, 'info' | 'warn' | 'error'>
}

export type CollateralKeeper<Kind extends Collateral> = {
  /** What is served: also past its time, when verifiers say `collateral_expired`. */
  current(): Kind
  state(): CollateralState
  /** Renews it where that is due; never throws. */
  tick(): Promise<void>
  /** Renews it now: the machine's evidence is of another kind than before. Never throws. */
  renew(): Promise<void>
  start(): () => void
}

type Kept<Kind> = Judged & { readonly collateral: Kind; readonly obtainedAtMs: number }

/** Verified at a time when it was in force, so that what expired is known for what it is. */
const judge = <Kind extends Collateral>(
  options: KeeperOptions<Kind>,
  collateral: Kind,
  obtainedAtMs: number,
): Result<Kept<Kind>> => {
  const judged = options.judge(collateral, obtainedAtMs)
  return judged.ok ? accept({ collateral, obtainedAtMs, ...judged.value }) : judged
}

const readKept = <Kind extends Collateral>(
  options: KeeperOptions<Kind>,
): Kept<Kind> | undefined => {
  const read = attempt(() => {
    try {
      if (statSync(options.file).size > limits.cacheBytesMax) fail('too_large', 'too long')
      return readFileSync(options.file)
    } catch {
      return fail('no_collateral', 'nothing is kept')
    }
  })
  if (!read.ok) return undefined
  const { schema: collateral } = options
  const fileSchema = z.strictObject({ obtainedAtMs: z.number().min(0), collateral })
  const parsed = attempt(() => parseJson(fileSchema, read.value))
  if (!parsed.ok) return undefined
  // A host that says "obtained tomorrow" would stop the renewal.
  const obtainedAtMs = Math.min(parsed.value.obtainedAtMs, options.nowMs())
  const judged = judge(options, parsed.value.collateral, obtainedAtMs)
  return judged.ok ? judged.value : undefined
}

const fetchKept = async <Kind extends Collateral>(
  options: KeeperOptions<Kind>,
  before: Kept<Kind> | undefined,
): Promise<Result<Kept<Kind>>> => {
  const fetched = await options.fetchCollateral()
  if (!fetched.ok) return fetched
  const judged = judge(options, fetched.value, options.nowMs())
  if (!judged.ok) return judged
  if (before !== undefined && judged.value.evaluation < before.evaluation) {
    return refuse('tcb_data_too_old', 'the service gives older collateral than is kept')
  }
  return judged
}

/** When it is to be asked for again, from what is served and how often that failed since. */
const dueAtMs = (kept: Judged, failures: number, lastAttemptMs: number): number => {
  if (failures > 0) {
    const pause = limits.retryAfterMsMin * 2 ** Math.min(failures - 1, 16)
    return lastAttemptMs + Math.min(pause, limits.retryAfterMsMax)
  }
  const urgent = lastAttemptMs >= kept.expiresAtMs - limits.refreshBeforeExpiryMs
  return lastAttemptMs + (urgent ? limits.urgentRefreshAfterMs : limits.refreshAfterMs)
}

/**
 * Opens it: what is on disk, else what the service gives. Refuses where neither gives collateral
 * that verifies, with `no_collateral` or what the verifier says of what the service gave.
 */
export const openCollateralKeeper = async <Kind extends Collateral>(
  options: KeeperOptions<Kind>,
): Promise<Result<CollateralKeeper<Kind>>> => {
  const write = ({ obtainedAtMs, collateral }: Kept<Kind>): void => {
    try {
      replaceFile(options.file, utf8(JSON.stringify({ obtainedAtMs, collateral })))
    } catch {
      options.logs.warn('collateral not kept', { detail: 'its file cannot be written' })
    }
  }
  const onDisk = readKept(options)
  const first = onDisk === undefined ? await fetchKept(options, undefined) : accept(onDisk)
  if (!first.ok) return first
  let kept = first.value
  let failures = 0
  // Collateral of the disk is tried to be renewed at the first tick after its day.
  let lastAttemptMs = kept.obtainedAtMs
  let running: Promise<void> | undefined
  if (onDisk === undefined) write(kept)

  const attemptRenewal = async (): Promise<void> => {
    lastAttemptMs = options.nowMs()
    const next = await fetchKept(options, kept)
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
  const renew = (): Promise<void> => {
    running ??= attemptRenewal().finally(() => {
      running = undefined
    })
    return running
  }
  const tick = (): Promise<void> => {
    if (options.nowMs() < dueAtMs(kept, failures, lastAttemptMs)) return Promise.resolve()
    return renew()
  }
  return accept({
    current: () => kept.collateral,
    state: () => ({ obtainedAtMs: kept.obtainedAtMs, expiresAtMs: kept.expiresAtMs, failures }),
    tick,
    renew,
    start: () => {
      const attemptNow = (): void => void tick()
      const timer = setInterval(attemptNow, limits.keeperTickMs)
      attemptNow()
      return () => clearInterval(timer)
    },
  })
}
