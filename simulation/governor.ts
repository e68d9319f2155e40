/** The governors of a simulated mesh: they name the boots that no zone can confirm. */
import {
  encodeBootStatement,
  encodeSignedStatement,
  signBootStatement,
  type VerifiedManifest,
} from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import type { SimulatedNode } from './simulated-node.ts'
import { governorPrivateKey } from './zones.ts'

/** How long governors let a boot wait for the zones. */
export const governorsWaitMs = 5000
const lifetimeMs = 3_600_000

/** A statement on the boots of these nodes, signed at virtual time `nowMs`. */
export const stateBoots = (
  { mesh, manifest }: VerifiedManifest,
  nodes: readonly SimulatedNode[],
  nowMs: number,
): Bytes => {
  const bytes = encodeBootStatement({
    format: 'holdfast boots v1',
    mesh,
    serial: manifest.serial,
    issuedAt: new Date(nowMs).toISOString(),
    // Clocks of zones jump by hours here.
    expiresAt: new Date(nowMs + 24 * lifetimeMs).toISOString(),
    boots: nodes.map(({ peer }) => ({ zone: peer.zone, boot: peer.boot })),
  })
  const signature = signBootStatement(bytes, governorPrivateKey)
  return encodeSignedStatement(bytes, [{ governor: 'one', signature }])
}
