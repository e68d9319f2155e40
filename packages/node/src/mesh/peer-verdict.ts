/** What the verification of a peer's certificate says of the enclave at the other end. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { Peer } from '@holdfast/enclave/ports/mesh'

export type PeerVerdict = Omit<Peer, 'roundTripMs'> & {
  /** How long the peer's identity lives yet, and in all. */
  readonly endsInMs: number
  readonly lifetimeMs: number
}

/** Judges the DER of the certificate that a peer has proved to have the key of (RA-TLS). */
export type VerifyPeer = (certificateDer: Bytes) => Promise<Result<PeerVerdict>>
