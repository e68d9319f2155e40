/**
 * The ways from this client to enclaves: by which node, to which enclave, over which session.
 * Each enclave is verified before a session with it is opened.
 */
import type { Endpoint, EvidenceTarget } from './endpoint.ts'
import { sessionsMax, verdictLifetimeMs } from './limits.ts'
import type { OpenChannel } from './session/channel.ts'
import { openSession, type SealedSession } from './session/sealed-session.ts'
import type { Enclave, Trust } from './trust.ts'

export type Routes = {
  /** An enclave that the node speaks for, verified within the lifetime of a verdict. */
  enclave(endpoint: Endpoint, target: EvidenceTarget): Promise<Enclave>
  session(endpoint: Endpoint, target: EvidenceTarget): Promise<SealedSession>
  /** Verifies anew, and opens new sessions, from now on for this node. */
  forget(endpoint: Endpoint): void
  close(): void
}

type Kept<Value> = { readonly value: Promise<Value>; untilMs: number }

/** Values that are made once for all who ask at the same time; failures are not kept. */
const kept = <Value>(options: {
  readonly now: () => number
  readonly limit: number
  /** When a value that was made is made anew at the latest. */
  readonly untilMs: (value: Value) => number
  readonly drop: (value: Value) => void
}) => {
  const { now, limit, drop } = options
  const values = new Map<string, Kept<Value>>()
  const remove = (name: string): void => {
    const found = values.get(name)
    values.delete(name)
    found?.value.then(drop, () => undefined)
  }
  return {
    get: (name: string, make: () => Promise<Value>): Promise<Value> => {
      const found = values.get(name)
      if (found !== undefined && found.untilMs > now()) return found.value
      remove(name)
      const value = make()
      const entry: Kept<Value> = { value, untilMs: now() + verdictLifetimeMs }
      values.set(name, entry)
      value.then(
        (made) => {
          entry.untilMs = Math.min(entry.untilMs, options.untilMs(made))
        },
        () => {
          if (values.get(name) === entry) values.delete(name)
        },
      )
      const oldest = values.size > limit ? values.keys().next() : undefined
      if (oldest !== undefined && oldest.done !== true) remove(oldest.value)
      return value
    },
    remove,
    removeAll: (prefix: string): void => {
      for (const name of values.keys()) if (name.startsWith(prefix)) remove(name)
    },
  }
}

/** One target names at most one thing; a wallet's holders share an entry with their wallet. */
const nameOf = (endpoint: Endpoint, target: EvidenceTarget): string =>
  `${endpoint.origin} ${target.zone ?? ''} ${target.boot ?? ''} ${target.wallet ?? ''}`

/** Whether an enclave is the node's own, to which its TLS key belongs. */
const isOwn = (target: EvidenceTarget): boolean => Object.keys(target).length === 0

export const routes = (options: {
  readonly trust: Trust
  readonly channel: (endpoint: Endpoint) => OpenChannel
  readonly connectTimeoutMs: number
  readonly now: () => number
  readonly pin: (endpoint: Endpoint, enclave: Enclave) => void
}): Routes => {
  const { trust, now } = options
  const untilMs = ({ verdict }: Enclave): number => verdict.validUntilMs
  const enclaves = kept<Enclave>({
    now,
    limit: sessionsMax * 64,
    untilMs,
    drop: () => undefined,
  })
  const sessions = kept<SealedSession>({
    now,
    limit: sessionsMax,
    untilMs: ({ enclave }) => untilMs(enclave),
    drop: (session) => session.close(),
  })
  const enclave = (endpoint: Endpoint, target: EvidenceTarget): Promise<Enclave> =>
    enclaves.get(nameOf(endpoint, target), async () => {
      const verified = await trust.verify(endpoint, target)
      if (isOwn(target)) options.pin(endpoint, verified)
      return verified
    })
  const session = async (endpoint: Endpoint, target: EvidenceTarget): Promise<SealedSession> => {
    const verified = await enclave(endpoint, target)
    const name = `${endpoint.origin} ${verified.verdict.identity.boot}`
    const open = () =>
      openSession({
        enclave: verified,
        openChannel: options.channel(endpoint),
        timeoutMs: options.connectTimeoutMs,
      })
    const found = await sessions.get(name, open)
    if (found.isOpen()) return found
    sessions.remove(name)
    return sessions.get(name, open)
  }
  return {
    enclave,
    session,
    forget: (endpoint) => {
      enclaves.removeAll(`${endpoint.origin} `)
      sessions.removeAll(`${endpoint.origin} `)
    },
    close: () => {
      enclaves.removeAll('')
      sessions.removeAll('')
    },
  }
}
