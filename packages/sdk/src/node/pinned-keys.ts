/**
 * TLS keys that nodes must present. A node's certificate is self-signed: what makes its key worth
 * trusting is the verified evidence that names it, so the first connections (to fetch evidence)
 * accept any key, and all later ones that key alone. When a node shows its next identity,
 * connections that were opened by the one before go on until that ends.
 */
import type { TLSSocket } from 'node:tls'
import { type Bytes, equalBytes } from '@holdfast/base/bytes'

export type PinnedKeys = {
  /** `untilMs`: the end of the identity, by the client's clock. */
  pin(origin: string, tlsPublicKey: Bytes, untilMs: number): void
  /** Whether a connection to an origin may be used. */
  accepts(origin: string, socket: TLSSocket): boolean
}

type Pin = { readonly key: Bytes; readonly untilMs: number }

/**
 * Not by `new X509Certificate(raw)`: it looks for PEM in the bytes first, and finds the chain of
 * the quote that the certificate carries.
 */
const spkiOf = (socket: Pick<TLSSocket, 'getPeerX509Certificate'>): Bytes | undefined =>
  socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })

export const pinnedKeys = (now: () => number = Date.now): PinnedKeys => {
  const pins = new Map<string, { readonly last: Pin; readonly before?: Pin }>()
  return {
    pin: (origin, key, untilMs) => {
      const known = pins.get(origin)
      const last = { key, untilMs }
      if (known === undefined) pins.set(origin, { last })
      else if (equalBytes(known.last.key, key)) pins.set(origin, { ...known, last })
      else pins.set(origin, { last, before: known.last })
    },
    accepts: (origin, socket) => {
      const pinned = pins.get(origin)
      if (pinned === undefined) return true
      const seen = spkiOf(socket)
      if (seen === undefined) return false
      const { last, before } = pinned
      if (equalBytes(seen, last.key)) return true
      return before !== undefined && before.untilMs > now() && equalBytes(seen, before.key)
    },
  }
}
