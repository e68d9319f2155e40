/** How long a link may live: until the first of the two identities that it was opened by ends. */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { timerMsMax } from '../limits.ts'
import type { PeerVerdict } from './peer-verdict.ts'
import type { TlsIdentity } from './tls-peer.ts'

export type LinkLife = {
  /** It is cut then. */
  readonly endsInMs: number
  /** Another link is opened from then on, by the identities that there are by then. */
  readonly dueInMs: number
}

export type OwnCertificates = {
  /** Notes when the identity of a certificate ends. */
  add(identity: TlsIdentity): void
  /** Of a link that has just been opened. */
  lifeOf(socket: Pick<TLSSocket, 'getX509Certificate'>, peer: PeerVerdict): LinkLife
}

/**
 * Which certificate a connection was opened by it says itself: a handshake may begin by one and
 * end when another is shown.
 */
export const createOwnCertificates = (nowMs: () => number): OwnCertificates => {
  const ends = new Map<string, { readonly atMs: number; readonly lifetimeMs: number }>()
  return {
    add: ({ certificate, endsInMs, lifetimeMs }) => {
      for (const [name, { atMs }] of ends) if (atMs <= nowMs()) ends.delete(name)
      const { fingerprint256 } = new X509Certificate(certificate)
      ends.set(fingerprint256, { atMs: nowMs() + endsInMs, lifetimeMs })
    },
    lifeOf: (socket, peer) => {
      const own = ends.get(socket.getX509Certificate()?.fingerprint256 ?? '')
      const ownEndsInMs = own === undefined ? 0 : own.atMs - nowMs()
      const endsInMs = Math.min(peer.endsInMs, ownEndsInMs, timerMsMax)
      const lifetimeMs = Math.min(peer.lifetimeMs, own?.lifetimeMs ?? 0)
      // Both sides renew at the half of a life. What is not better then is tried again later.
      return { endsInMs, dueInMs: Math.max(endsInMs - lifetimeMs / 4, lifetimeMs / 8) }
    },
  }
}
