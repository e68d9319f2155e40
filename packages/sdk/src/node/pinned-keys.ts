/**
 * TLS keys that nodes must present. A node's certificate is self-signed: what makes its key worth
 * trusting is the verified evidence that names it, so the first connections (to fetch evidence)
 * accept any key, and all later ones that key alone.
 */
import type { TLSSocket } from 'node:tls'
import { type Bytes, equalBytes } from '@holdfast/base/bytes'

export type PinnedKeys = {
  pin(origin: string, tlsPublicKey: Bytes): void
  /** Whether a connection to an origin may be used. */
  accepts(origin: string, socket: TLSSocket): boolean
}

/**
 * Not by `new X509Certificate(raw)`: it looks for PEM in the bytes first, and finds the chain of
 * the quote that the certificate carries.
 */
const spkiOf = (socket: TLSSocket): Bytes | undefined =>
  socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })

export const pinnedKeys = (): PinnedKeys => {
  const keys = new Map<string, Bytes>()
  return {
    pin: (origin, key) => void keys.set(origin, key),
    accepts: (origin, socket) => {
      const expected = keys.get(origin)
      if (expected === undefined) return true
      const seen = spkiOf(socket)
      return seen !== undefined && equalBytes(seen, expected)
    },
  }
}
