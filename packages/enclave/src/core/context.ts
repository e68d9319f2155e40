/** What every operation of the core works with; made once by `createCore`. */
import type { NodeName } from '@holdfast/base/answers'
import type { Result } from '@holdfast/base/errors'
import type { MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { PlacementZone } from '@holdfast/base/placement-resolve'
import type { WaitTable } from '../approvals/wait-table.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Witness } from '../audit/witness.ts'
import type { WitnessedHeads } from '../audit/witnessed-heads.ts'
import type { Cancellation } from '../cancellation/cancelled-table.ts'
import type { Counters } from '../counters/create-counters.ts'
import type { PasskeyCounters } from '../credentials/passkey/counters.ts'
import type { OwnIdentities } from '../identity/own-identities.ts'
import type { ZoneCa } from '../identity/zone-ca.ts'
import type { OpenedKeys } from '../keys/opened-keys.ts'
import type { MarkSpread } from '../marks/mark-spread.ts'
import type { ObjectTable } from '../objects/object-table.ts'
import type { Placements } from '../placement/advance-placement.ts'
import type { GoneTable, Removal } from '../placement/gone-table.ts'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Records } from '../records/records.ts'
import type { AcceptContext } from '../replication/accept-wallet.ts'
import type { Acknowledger } from '../replication/acknowledge.ts'
import type { Digests } from '../replication/compare/digests.ts'
import type { Contested } from '../replication/homes/contested.ts'
import type { LateWallets } from '../replication/homes/late-wallets.ts'
import type { InFlight } from '../replication/peers/in-flight.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { Replicator } from '../replication/replicator.ts'
import type { Locations } from '../routing/locations.ts'
import type { Scrub } from '../scrub/scrub.ts'
import type { Serial } from '../serial.ts'
import type { SessionTable } from '../sessions/session-table.ts'
import type { FirstSeen } from '../standing/first-seen.ts'
import type { Standing } from '../standing/standing.ts'
import type { AgreedClock } from '../time/agreed-clock.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { ZoneView } from '../zone/zone-view.ts'
import type { Rotation } from '../zone-key/rotate.ts'
import type { ZoneKeys } from '../zone-key/zone-keys.ts'

export type CoreContext = AcceptContext & {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly clock: Clock
  readonly mesh: MeshId
  readonly zone: ZoneId
  readonly zones: readonly PlacementZone[]
  readonly self: NodeName
  readonly identities: OwnIdentities
  /** The CA of the zone's current key. */
  readonly zoneCa: () => ZoneCa
  readonly zoneKeys: ZoneKeys
  readonly records: Records
  readonly wallets: WalletTable
  readonly passkeys: PasskeyCounters
  readonly placements: Placements
  /** Erases a wallet that this zone may not hold any more. */
  readonly leave: (removal: Removal) => Promise<Result<void>>
  /** Remembers that a creation was cancelled. */
  readonly learnCancelled: (cancelled: Cancellation) => Promise<Result<void>>
  /** Wallets that this zone held and may no longer. */
  readonly gone: GoneTable
  readonly objects: ObjectTable
  /** Of what other zones hold too, for reconciliation. */
  readonly digests: Digests
  readonly markSpread: MarkSpread
  /** Changes of one wallet are made one at a time by a node; the store orders those of several. */
  readonly changes: Serial<WalletId>
  readonly waits: WaitTable
  readonly peers: Peers
  readonly replicator: Replicator
  /** Of new wallets that too few zones hold yet. */
  readonly acknowledger: Acknowledger
  readonly scrub: Scrub
  readonly inFlight: InFlight
  readonly late: LateWallets
  readonly contested: Contested
  /** How long a home is silent before another zone takes its wallets over. */
  readonly failoverAfterMs: number
  readonly keys: OpenedKeys
  readonly sessions: SessionTable
  readonly locations: Locations
  /** What time it is, by a majority of zones: the clock port alone is the host's word. */
  readonly time: AgreedClock
  /** Limits, guesses and intents. */
  readonly counters: Counters
  readonly zoneView: ZoneView
  /** The chain of this boot's decisions. */
  readonly audit: AuditLog
  /** What this zone has seen of the other zones' chains. */
  readonly witness: Witness
  /** How far the other zones have seen this boot's chain. */
  readonly witnessed: WitnessedHeads
  readonly standing: Standing
  readonly firstSeen: FirstSeen
  readonly rotation: Rotation
}
