/** Makes what all operations of a core work with, from the ports and what start opened. */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { NodeName } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import { createWaitTable } from '../approvals/wait-table.ts'
import { createAudit } from '../audit/create-audit.ts'
import { createCancelledTable } from '../cancellation/cancelled-table.ts'
import { learnCancelled } from '../cancellation/learn-cancelled.ts'
import { createUnsentTable } from '../cancellation/unsent-table.ts'
import { createCounters } from '../counters/create-counters.ts'
import { createPasskeyCounters } from '../credentials/passkey/counters.ts'
import type { NodeIdentity } from '../identity/node-identity.ts'
import type { OwnIdentities, QuotedIdentity } from '../identity/own-identities.ts'
import { currentZoneCa } from '../identity/zone-ca.ts'
import { createOpenedKeys } from '../keys/opened-keys.ts'
import type { KmipServerFacts } from '../kmip/server-facts.ts'
import { failoverAfterMsDefault } from '../limits.ts'
import { createMarkSpread } from '../marks/mark-spread.ts'
import { createMarkTable } from '../marks/mark-table.ts'
import { createObjectTable } from '../objects/object-table.ts'
import { createSupersededCount } from '../outcomes/superseded-count.ts'
import { createPlacements } from '../placement/advance-placement.ts'
import { createGoneTable } from '../placement/gone-table.ts'
import { leave } from '../placement/leave.ts'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { OwnEvidence } from '../ports/evidence.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'
import type { Manifests } from '../ports/manifests.ts'
import type { Mesh } from '../ports/mesh.ts'
import type { Sealing } from '../ports/sealing.ts'
import type { Store } from '../ports/store.ts'
import type { FallWatch } from '../records/fall-watch.ts'
import { createRecords, type Records } from '../records/records.ts'
import { createAcknowledger } from '../replication/acknowledge.ts'
import { createBootRule } from '../replication/compare/boot-rule.ts'
import { createDigests } from '../replication/compare/digests.ts'
import { createContested } from '../replication/homes/contested.ts'
import { createLateWallets } from '../replication/homes/late-wallets.ts'
import { createPromiseTable } from '../replication/homes/promise-table.ts'
import { createOutbox } from '../replication/outbox/outbox.ts'
import { createInFlight } from '../replication/peers/in-flight.ts'
import { createPeers, type Peers } from '../replication/peers/peers.ts'
import { createReplicator } from '../replication/replicator.ts'
import { createLocations } from '../routing/locations.ts'
import { createScrub } from '../scrub/scrub.ts'
import { createSerial } from '../serial.ts'
import { createSessionTable } from '../sessions/session-table.ts'
import { createFirstSeen, type FirstSeen } from '../standing/first-seen.ts'
import type { Standing } from '../standing/standing.ts'
import { createAgreedClock } from '../time/agreed-clock.ts'
import { createAcknowledgedTable } from '../wallets/acknowledged-table.ts'
import { createWalletTable } from '../wallets/wallet-table.ts'
import { closeDependents } from '../zone/close-dependents.ts'
import { followedRecords } from '../zone/followed-records.ts'
import { createZoneView } from '../zone/zone-view.ts'
import type { EpochGuard } from '../zone-key/epoch-guard.ts'
import { followZoneKey } from '../zone-key/follow-zone-key.ts'
import type { KeyRing } from '../zone-key/key-ring.ts'
import { createRotation, type Rotation } from '../zone-key/rotate.ts'
import { zoneKeyId } from '../zone-key/zone-keys.ts'
import type { CoreContext } from './context.ts'

export type CoreOptions = {
  readonly crypto: Crypto
  /** For general objects over KMIP. */
  readonly general: GeneralCrypto
  readonly entropy: Entropy
  readonly clock: Clock
  readonly store: Store
  readonly mesh: Mesh
  readonly sealing: Sealing
  readonly evidence: OwnEvidence
  /** Asked each time: a newer one may take its place while the node runs. */
  readonly manifest: VerifiedManifest
  /** Whether this node is what the manifest lists now; absent where nobody can tell. */
  readonly isListed?: () => boolean
  /** Absent: what peers know of newer manifests is not asked for. */
  readonly manifests?: Manifests
  /** The first of this boot; the next ones are made here, as long-lived as this. */
  readonly identity: NodeIdentity
  /** The quote over the identity, as the node's certificate carries it. */
  readonly quote: Bytes
  /** Shows a further identity to peers and clients that connect, before evidence names it. */
  readonly show?: (next: QuotedIdentity) => Promise<void>
  readonly self: NodeName
  /** What the operator sets of the KMIP server. */
  readonly kmip?: Partial<KmipServerFacts>
  /** How long a home is silent before another zone takes its wallets over; default 60 s. */
  readonly failoverAfterMs?: number
  /** What another zone is owed beyond is not listed one by one; default 4096. */
  readonly outboxPerZoneMax?: number
}

type Held = {
  readonly identities: OwnIdentities
  readonly ring: KeyRing
  readonly claim: EpochGuard
  readonly standing: Standing
  /** The one in force now. */
  readonly manifest: () => VerifiedManifest
  /** Another node took the store over, or the store is not what it was. */
  readonly fall: FallWatch
  /** Another node took the store over. */
  readonly replaced: () => void
}

/** What the node keeps of its zone's records in memory. */
const tablesOf = (records: Records, options: CoreOptions) => {
  const { crypto, clock, outboxPerZoneMax, self } = options
  const acknowledged = createAcknowledgedTable(records)
  const unsent = createUnsentTable(records)
  const kept = { digests: createDigests(), late: createLateWallets(), acknowledged, unsent }
  const tools = { records, crypto, ...kept }
  const wallets = createWalletTable(tools)
  return {
    ...kept,
    contested: createContested(self.zone),
    outbox: createOutbox(records, outboxPerZoneMax),
    wallets,
    objects: createObjectTable({ ...tools, wallets }),
    passkeys: createPasskeyCounters(records, crypto),
    marks: createMarkTable({ records, wallets, clock }),
    waits: createWaitTable(records),
    promises: createPromiseTable(records),
    gone: createGoneTable(records),
    cancelled: createCancelledTable(records),
    superseded: createSupersededCount(),
  }
}

const rotationOf = (
  options: CoreOptions,
  { ring, claim, manifest, standing }: Held,
  peers: Peers,
  firstSeen: FirstSeen,
): Rotation => {
  const { crypto, self } = options
  const { zone, boot } = self
  const { mesh } = options.manifest
  return createRotation({
    ...options,
    peers,
    isOver: (measurement) => firstSeen.isOver(measurement),
    isListed: options.isListed ?? (() => true),
    mesh,
    zone,
    boot,
    ring,
    guard: claim,
    manifest,
    announce: (zoneKey) => standing.announceNext(zoneKeyId(crypto, { mesh, zone, zoneKey })),
  })
}

/** What ends a wallet here, in the context that is being made. */
const endings = (context: () => CoreContext): Pick<CoreContext, 'leave' | 'learnCancelled'> => ({
  leave: (removal) => leave(context(), removal),
  learnCancelled: (cancelled) => learnCancelled(context(), cancelled),
})

export const buildContext = (options: CoreOptions, held: Held): CoreContext => {
  const { ring: zoneKeys, claim, standing, identities } = held
  const { crypto, entropy, clock, store, self } = options
  const meshId = options.manifest.mesh
  const { zone } = self
  const sealed = { crypto, entropy, store, mesh: meshId, zone, zoneKeys }
  const records = createRecords({ ...sealed, ...held })
  const tables = tablesOf(records, options)
  const { wallets } = tables
  const peers = createPeers(options.mesh, clock)
  const keys = createOpenedKeys(clock)
  const sessions = createSessionTable(clock)
  const log = createAudit({ records, crypto, clock, identities, mesh: meshId, self, peers })
  const zoneView = createZoneView({
    store,
    clock,
    records,
    boot: self.boot,
    followed: [
      followZoneKey(claim),
      ...followedRecords({ ...tables, ...log, crypto, records, keys, sessions }),
    ],
    rolledBack: () => held.fall.fell(),
  })
  const base = {
    crypto,
    entropy,
    clock,
    records,
    ...tables,
    peers,
    zone,
    bootRule: createBootRule(zone, clock),
    ...endings(() => context),
    replaced: (wallet: WalletId) => {
      const entry = wallets.cached(wallet)
      if (entry !== undefined) closeDependents({ keys, sessions }, undefined, entry)
    },
  }
  const time = createAgreedClock(base)
  const firstSeen = createFirstSeen({ ...base, time, manifest: held.manifest })
  const context: CoreContext = {
    ...base,
    mesh: meshId,
    zones: options.manifest.manifest.zones,
    self,
    identities,
    zoneKeys,
    zoneCa: currentZoneCa(sealed),
    keys,
    markSpread: createMarkSpread(base),
    changes: createSerial(),
    replicator: createReplicator(base),
    acknowledger: createAcknowledger(base),
    scrub: createScrub(base),
    sessions,
    inFlight: createInFlight(),
    failoverAfterMs: options.failoverAfterMs ?? failoverAfterMsDefault,
    locations: createLocations(),
    time,
    counters: createCounters({ ...base, time, self, zones: options.manifest.manifest.zones }),
    zoneView,
    ...log,
    standing,
    firstSeen,
    rotation: rotationOf(options, held, peers, firstSeen),
    placements: createPlacements(() => context),
  }
  return context
}
