/** What a node does again and again: the core's ticks, and a certificate for new collateral. */
import type { Core } from '@holdfast/enclave/core/core-interface'
import type { OwnEvidence } from '@holdfast/enclave/ports/evidence'
import { collateralCheckMs, fallenSilenceMs, tickMs } from './limits.ts'
import type { Logs } from './logs.ts'

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')

/** Calls `tick` while the one before has ended; returns how to stop. */
export const everyTick = (core: Pick<Core, 'tick'>, logs: Logs): (() => void) => {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    core
      .tick()
      .catch((error: unknown) => logs.error('tick failed', { code: nameOf(error) }))
      .finally(() => {
        running = false
      })
  }, tickMs)
  return () => clearInterval(timer)
}

/** Calls `end` some time after the core has found its store to be another; returns how to stop. */
export const whenFallen = (core: Pick<Core, 'status'>, end: () => void): (() => void) => {
  let ending: NodeJS.Timeout | undefined
  const timer = setInterval(() => {
    if (core.status().state === 'fallen') ending ??= setTimeout(end, fallenSilenceMs)
  }, tickMs)
  return () => {
    clearInterval(timer)
    clearTimeout(ending)
  }
}

/** Calls `renew` where the collateral has changed; returns how to stop. */
export const everyCollateral = (
  evidence: Pick<OwnEvidence, 'collateral'>,
  logs: Logs,
  renew: () => Promise<void>,
): (() => void) => {
  let seen: Uint8Array | undefined
  const look = async (): Promise<void> => {
    const collateral = await evidence.collateral()
    const changed = seen !== undefined && Buffer.compare(seen, collateral) !== 0
    seen = collateral
    if (changed) await renew()
    if (changed) logs.info('certificate renewed')
  }
  const attempt = (): void => {
    look().catch((error: unknown) => logs.error('no collateral', { code: nameOf(error) }))
  }
  attempt()
  const timer = setInterval(attempt, collateralCheckMs)
  return () => clearInterval(timer)
}
