/** What a node says of itself and of the zones that it knows. */
import { upcomingMeasurements } from '@holdfast/attestation'
import type { NodeStatus } from '@holdfast/base/answers'
import { formatTimestamp } from '@holdfast/base/time'
import type { OwnIdentities } from '../identity/own-identities.ts'
import type { CoreOptions } from './build-context.ts'
import type { CoreContext } from './context.ts'

const zoneKeyOf = (context: CoreContext | undefined): Pick<NodeStatus, 'zoneKey'> => {
  if (context === undefined) return {}
  const { epoch } = context.zoneKeys.current()
  return { zoneKey: { epoch, rotating: context.rotation.isUnderWay() } }
}

const identityOf = (identities: OwnIdentities): NodeStatus['identity'] => {
  const { notBeforeMs, notAfterMs } = identities.current()
  return {
    notBefore: formatTimestamp(notBeforeMs),
    notAfter: formatTimestamp(notAfterMs),
    failures: identities.failures(),
  }
}

export const nodeStatus = (
  { manifest, mesh, self, crypto, clock }: CoreOptions,
  context: CoreContext | undefined,
  {
    state,
    owed,
    identity,
  }: {
    readonly state: NodeStatus['state']
    readonly owed: number
    readonly identity: OwnIdentities
  },
): NodeStatus => {
  const peers = mesh.peers().toSorted((left, right) => left.roundTripMs - right.roundTripMs)
  const beatAgeMs = context?.zoneView.beatAgeMs()
  return {
    node: self,
    mesh: manifest.mesh,
    manifestSerial: manifest.manifest.serial,
    simulated: manifest.manifest.kind === 'simulated',
    state,
    nodes: [...(context?.zoneView.nodes() ?? [self.boot])],
    upcoming: [...upcomingMeasurements({ manifest: manifest.manifest }, clock.nowMs())],
    identity: identityOf(identity),
    ...zoneKeyOf(context),
    ...(beatAgeMs === undefined ? {} : { beatAgeMs }),
    wallets: context?.wallets.size ?? 0,
    outbox: owed,
    ...(context === undefined
      ? {}
      : { superseded: context.superseded.value(), scrub: context.scrub.counts() }),
    signer: crypto.secp256k1.backend,
    peers: manifest.manifest.zones
      .filter((zone) => zone.id !== self.zone)
      .map((zone) => {
        const peer = peers.find((one) => one.zone === zone.id)
        const since = context?.peers.sinceHeardMs(zone.id)
        return {
          zone: zone.id,
          level: zone.level,
          connected: peer !== undefined,
          nodes: peers.filter((one) => one.zone === zone.id).map(({ boot }) => boot),
          compared: context?.bootRule.hasCompared(zone.id) ?? false,
          ...(peer === undefined ? {} : { boot: peer.boot, roundTripMs: peer.roundTripMs }),
          ...(since === undefined ? {} : { lastHeardMs: String(since) }),
        }
      }),
  }
}
