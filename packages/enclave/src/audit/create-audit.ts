/** The parts of the log that a core has: its own chain, what it saw of others, what they saw. */

import type { NodeName } from '@holdfast/base/answers'
import { auditStart } from '@holdfast/base/audit'
import type { MeshId } from '@holdfast/base/ids'
import type { OwnIdentities } from '../identity/own-identities.ts'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Records } from '../records/records.ts'
import type { Peers } from '../replication/peers/peers.ts'
import { type AuditLog, createAuditLog } from './audit-log.ts'
import { createWitness, type Witness } from './witness.ts'
import { createWitnessedHeads, type WitnessedHeads } from './witnessed-heads.ts'

export const createAudit = (parts: {
  readonly records: Records
  readonly crypto: Crypto
  readonly clock: Clock
  readonly identities: OwnIdentities
  readonly mesh: MeshId
  readonly self: NodeName
  readonly peers: Peers
}): {
  readonly audit: AuditLog
  readonly witness: Witness
  readonly witnessed: WitnessedHeads
} => {
  const { crypto, mesh, self } = parts
  const start = auditStart(crypto, mesh, self.boot)
  const audit = createAuditLog({ ...parts, boot: self.boot, start })
  const witnessed = createWitnessedHeads({ ...parts, audit, zone: self.zone })
  return { audit, witness: createWitness(parts), witnessed }
}
