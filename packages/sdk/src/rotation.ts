/** Nodes in the caller's order; one that failed is passed over for a while. */
import type { Endpoint } from './endpoint.ts'
import { nodeRestMs } from './limits.ts'

export type Rotation = {
  /** The first node that did not just fail; where all did, the one that failed first. */
  nearest(): Endpoint
  rest(endpoint: Endpoint): void
}

export const rotation = (endpoints: readonly Endpoint[], now: () => number): Rotation => {
  const restsUntil = new Map<Endpoint, number>()
  const until = (endpoint: Endpoint): number => {
    const at = restsUntil.get(endpoint) ?? 0
    return at <= now() ? 0 : at
  }
  return {
    rest: (endpoint) => void restsUntil.set(endpoint, now() + nodeRestMs),
    nearest: () => endpoints.reduce((best, other) => (until(other) < until(best) ? other : best)),
  }
}
