/** Whether the zones of the mesh can hold replicas for each other, as this node is configured. */
import type { Manifest } from '@holdfast/base/manifest'
import type { NodeConfig } from '../config.ts'
import { type Finding, ok, warning } from './finding.ts'

const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host)

/** Hosts that stand for more than one zone: with such a machine all of these are gone. */
const sharedHosts = (peers: NodeConfig['peers']): readonly string[] => {
  const zonesOf = Map.groupBy(
    peers.filter(({ host }) => !isLoopback(host)),
    ({ host }) => host,
  )
  return [...zonesOf].flatMap(([host, named]) => {
    const zones = [...new Set(named.map(({ zone }) => zone))]
    return zones.length > 1 ? [`${zones.join(' and ')} at ${host}`] : []
  })
}

export const placementFindings = (
  { peers, zone }: Pick<NodeConfig, 'peers' | 'zone'>,
  { zones }: Pick<Manifest, 'zones'>,
): readonly Finding[] => {
  const others = zones.filter(({ id }) => id !== zone)
  const missing = others.filter(({ id }) => peers.every((peer) => peer.zone !== id))
  const unknown = peers.filter((peer) => zones.every(({ id }) => id !== peer.zone))
  const reached = others.length - missing.length
  return [
    ...(others.length > 0 && missing.length === 0
      ? [ok(`wallets of this zone may have replicas in ${reached} other zones`)]
      : []),
    ...missing.map(({ id }) =>
      warning(
        `no peer of the zone ${id} is named: nothing is sent there from here`,
        'name its nodes by peers, or wallets that it may hold wait for it',
      ),
    ),
    ...unknown.map((peer) =>
      warning(`the manifest has no zone ${peer.zone} of a peer`, 'see peers in node.json'),
    ),
    ...sharedHosts(peers).map((which) =>
      warning(
        `one machine serves several zones: ${which}`,
        'durability counts zones, not machines',
      ),
    ),
  ]
}
