/**
 * Connections by the certificate that they were opened by: those of one that is shown no longer go
 * on until its identity ends, and are then ended.
 */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { timerMsMax } from '../limits.ts'

export type Shown = {
  /** PEM. */
  readonly certificate: string | Buffer
  /** Absent: it has no end. */
  readonly endsInMs?: number
}

export type ByIdentity<Connection> = {
  admit(connection: Connection, socket: TLSSocket): void
  /** Whether another certificate is shown by now. */
  isOld(connection: Connection): boolean
  /** Later connections are shown this one. */
  next(shown: Shown): void
  stop(): void
}

type Generation<Connection> = {
  readonly connections: Set<Connection>
  readonly timer: NodeJS.Timeout
}

/**
 * Which certificate a connection was opened by it says itself: a handshake may begin by one and
 * end when another is shown.
 */
export const byIdentity = <Connection>(
  first: Shown,
  end: (connection: Connection) => void,
): ByIdentity<Connection> => {
  const generations = new Map<string, Generation<Connection>>()
  const begin = ({ certificate, endsInMs = timerMsMax }: Shown): Generation<Connection> => {
    const name = new X509Certificate(certificate).fingerprint256
    const connections = new Set<Connection>()
    const whenOver = (): void => {
      generations.delete(name)
      for (const connection of connections) end(connection)
    }
    const timer = setTimeout(whenOver, Math.min(endsInMs, timerMsMax)).unref()
    const generation = { connections, timer }
    generations.set(name, generation)
    return generation
  }
  let current = begin(first)
  return {
    admit: (connection, socket) => {
      const name = socket.getX509Certificate()?.fingerprint256 ?? ''
      const { connections } = generations.get(name) ?? {}
      if (connections === undefined) return end(connection)
      connections.add(connection)
      socket.once('close', () => connections.delete(connection))
    },
    isOld: (connection) => !current.connections.has(connection),
    next: (shown) => {
      current = begin(shown)
    },
    stop: () => {
      for (const { timer } of generations.values()) clearTimeout(timer)
    },
  }
}
