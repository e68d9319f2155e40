/** The zone key passes between two attested nodes of one zone, over their link (DESIGN §4). */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import type { Crypto } from '../ports/crypto.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { FirstSeen } from '../standing/first-seen.ts'
import { handoverTimeoutMs } from './limits.ts'
import type { ZoneKey, ZoneKeys } from './zone-keys.ts'

/** Whether the manifest lists what the peer runs, and it is in force. */
export const isInForce = (
  { manifest }: VerifiedManifest,
  measurement: string,
  nowMs: number,
): boolean =>
  manifest.measurements.some(
    ({ mrEnclave, notBefore }) => mrEnclave === measurement && nowMs >= momentMs(notBefore),
  )

/**
 * What a node that serves its zone answers. The link's verdict is good, or there were no peer;
 * the manifest is asked again all the same, since it may have changed a moment ago. Refuses
 * `wrong_zone`, `measurement_not_in_force`.
 */
export const answerHandover = (
  context: {
    readonly zone: ZoneId
    readonly zoneKeys: ZoneKeys
    readonly manifest: VerifiedManifest
    readonly firstSeen: Pick<FirstSeen, 'isOver'>
    readonly nowMs: number
  },
  peer: Peer,
): Result<{ readonly epoch: number; readonly key: Bytes }> => {
  if (peer.zone !== context.zone) {
    return refuse('wrong_zone', 'the key of a zone is for its own nodes', peer.zone)
  }
  const { manifest, firstSeen, nowMs } = context
  const { measurement } = peer
  if (!isInForce(manifest, measurement, nowMs) || !firstSeen.isOver(measurement)) {
    return refuse('measurement_not_in_force', 'the manifest does not let this code hold the key')
  }
  const { epoch, secret } = context.zoneKeys.current()
  return accept({ epoch, key: secret.use((bytes) => Uint8Array.from(bytes)) })
}

/** Asks the peers of the own zone, one after another. */
export const askHandover = async (context: {
  readonly crypto: Crypto
  readonly zone: ZoneId
  readonly peers: Peers
}): Promise<ZoneKey | undefined> => {
  const { crypto, peers, zone } = context
  for (const peer of peers.list()) {
    if (peer.zone !== zone) continue
    const answer = await peers.ask(peer, { type: 'zone.key' }, handoverTimeoutMs)
    if (!answer.ok || answer.value.key.length !== 32) continue
    const { epoch, key } = answer.value
    return { epoch, secret: crypto.secretFrom(key) }
  }
  return undefined
}
