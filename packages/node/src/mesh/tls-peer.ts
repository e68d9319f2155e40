/** From a TLS connection to a verified peer, before one byte of the application's. */
import { constants } from 'node:crypto'
import type { CommonConnectionOptions, SecureContextOptions, TLSSocket } from 'node:tls'
import { type Result, refuse } from '@holdfast/base/errors'
import { verifyTimeoutMs } from '../limits.ts'
import type { PeerVerdict, VerifyPeer } from './peer-verdict.ts'

export const meshProtocol = 'holdfast-mesh/1'

/** This node's TLS key and its certificate, both PEM; the certificate carries the evidence. */
export type TlsIdentity = {
  readonly key: Buffer
  readonly certificate: string
  /** How long its identity lived yet when this was made, and lives in all. */
  readonly endsInMs: number
  readonly lifetimeMs: number
}

/** TLS 1.3 alone, both sides with certificates that this package judges; nothing is resumed. */
export const meshTlsOptions = (
  identity: TlsIdentity,
): CommonConnectionOptions & SecureContextOptions => ({
  key: identity.key,
  cert: identity.certificate,
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ALPNProtocols: [meshProtocol],
  // No certificate authority has a say: `verifyTlsPeer` judges the evidence inside.
  rejectUnauthorized: false,
  requestCert: true,
  secureOptions: constants.SSL_OP_NO_TICKET,
})

export type VerifiedTlsPeer = { readonly verdict: PeerVerdict; readonly certificate: Uint8Array }

/**
 * Judges the peer of a socket whose handshake has ended. Refusals: `unauthenticated`, those of
 * `verify`, `unreachable` where it takes too long or the socket ends.
 */
export const verifyTlsPeer = async (
  socket: TLSSocket,
  verify: VerifyPeer,
): Promise<Result<VerifiedTlsPeer>> => {
  if (socket.getProtocol() !== 'TLSv1.3' || socket.isSessionReused()) {
    return refuse('unauthenticated', 'the link is no fresh TLS 1.3')
  }
  if (socket.alpnProtocol !== meshProtocol) {
    return refuse('unauthenticated', 'the peer speaks another protocol')
  }
  const certificate = socket.getPeerX509Certificate()?.raw
  if (certificate === undefined) return refuse('unauthenticated', 'the peer has no certificate')
  const der = new Uint8Array(certificate)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Result<never>>((resolve) => {
    timer = setTimeout(() => {
      resolve(refuse('unreachable', 'the verification took too long'))
    }, verifyTimeoutMs)
  })
  try {
    const verdict = await Promise.race([verify(der), late])
    if (!verdict.ok) return verdict
    if (socket.destroyed) return refuse('unreachable', 'the peer is gone')
    return { ok: true, value: { verdict: verdict.value, certificate: der } }
  } finally {
    clearTimeout(timer)
  }
}
