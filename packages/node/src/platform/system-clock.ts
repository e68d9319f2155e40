/** The host's clock as the clock port. */
import type { Clock } from '@holdfast/enclave/ports/clock'

export const systemClock = (): Clock => ({
  nowMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})
