/** What the shell may ask of the core. Everything that enters is untrusted until parsed here. */
import type { KmipAddresses, NodeStatus } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { HomeReport } from '@holdfast/base/home-statement'
import type { BootId, SessionId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { NodeIdentity } from '../identity/node-identity.ts'
import type { KmipConnection, KmipForm } from '../kmip/create-kmip-server.ts'
import type { ManagedObjects } from '../objects/managed-objects.ts'
import type { Peer } from '../ports/mesh.ts'
import type { CertificateHolder } from '../tenants/certificate-holder.ts'
import type { PendingSignatures } from '../tenants/pending-signatures.ts'

/** Where evidence is wanted from; this node where nothing is named. */
export type EvidenceTarget = {
  readonly zone?: ZoneId
  readonly boot?: BootId
  /** The nearest node that holds this wallet. */
  readonly wallet?: WalletId
}

/** First message of a sealed session (docs/protocol: sealed session). */
export type UntrustedSessionOpening = {
  /** The enclave that the client has verified; another node relays to it. */
  readonly boot: BootId
  readonly prologue: Bytes
  /** Noise NK, first message. */
  readonly message: Bytes
}

export type OpenedSession = {
  readonly session: SessionId
  /** Noise NK, second message. */
  readonly message: Bytes
}

/** The certificate of the zone's CA (DER) and what makes an enclave's evidence cover it. */
export type ZoneTrust = { readonly certificate: Bytes; readonly signature: Bytes }

export type CertificateNames = { readonly dns: readonly string[]; readonly ip: readonly Bytes[] }

export type Core = {
  /** Opens the zone key and the store; every request is `not_ready` until `ready` settles. */
  start(): Promise<Result<void>>
  /**
   * Settles once this boot is confirmed and the node serves; rejects with a `RefusalError` where
   * it has no key to serve with.
   */
  ready(): Promise<void>
  /** Governors' signed statement that names this boot (docs/governance.md). */
  takeStatement(untrusted: Bytes): Promise<Result<void>>
  /**
   * Governors' signed statement on homes, carried out here and told to the other zones
   * (docs/replication.md). Refusals: those of `verifyHomeStatement`, `not_ready`.
   */
  takeHomes(untrusted: Bytes): Promise<Result<HomeReport>>
  /**
   * One request on its own, as JSON bytes: the answer's JSON bytes, or the refusal. `untrusted`
   * is `{ request: base64url, authorisations: Authorisation[] }`.
   */
  handle(untrusted: Bytes): Promise<Result<Bytes>>
  /** Evidence of an enclave for a client's nonce (32 bytes), as JSON bytes (base/evidence.ts). */
  evidence(target: EvidenceTarget, nonce: Bytes): Promise<Result<Bytes>>
  openSession(untrusted: UntrustedSessionOpening): Promise<Result<OpenedSession>>
  /**
   * One sealed frame in, one out. The frame is opened before the first `await`, so that frames
   * must be given in the order of their arrival; answers leave in the order of settling.
   */
  sessionFrame(session: SessionId, untrustedFrame: Bytes): Promise<Result<Bytes>>
  closeSession(session: SessionId): void
  /** The first wallet that a session of this node was authenticated for; undefined before. */
  sessionCaller(session: SessionId): WalletId | undefined
  /** For clients that cannot verify evidence; undefined until the core has started. */
  zoneTrust(): ZoneTrust | undefined
  /** A certificate of the zone's CA for the TLS key of an identity, DER; it ends with that. */
  serverCertificate(
    names: CertificateNames,
    identity: Pick<NodeIdentity, 'notAfterMs' | 'tlsPublicKey'>,
  ): Bytes | undefined
  /** The wallet that a client certificate's key (SPKI) speaks for over KMIP. */
  kmipCaller(publicKey: Bytes): Promise<Result<CertificateHolder>>
  /**
   * One KMIP message of an authenticated client, judged anew: the answer's bytes, also where it
   * says that the client may no longer ask. Refuses `not_ready` alone. With a connection whose
   * client takes them, Put and Notify of the wallet's objects are sent on it from then on.
   */
  kmip(
    caller: CertificateHolder,
    untrusted: Bytes,
    form: KmipForm,
    connection?: KmipConnection,
  ): Promise<Result<Bytes>>
  /** Where this node serves KMIP: told to clients of nodes that may not speak for them. */
  announceKmip(addresses: KmipAddresses): void
  /** Managed objects, for the KMIP server; undefined until the core has started. */
  managedObjects(): ManagedObjects | undefined
  /** Signatures that may wait for persons, for the KMIP server; as above. */
  pendingSignatures(): PendingSignatures | undefined
  /** A message of a verified peer: the answer's bytes. Never throws, never refuses: it answers. */
  peerMessage(peer: Peer, untrusted: Bytes): Promise<Bytes>
  /** A link came up: what waits for this peer is sent. */
  peerUp(peer: Peer): void
  peerDown(boot: BootId): void
  /** Expiry, retries, reconciliation. The shell calls it about four times a second. */
  tick(): Promise<void>
  status(): NodeStatus
  /** Ends work, erases keys. */
  stop(): Promise<void>
}
