/** Figures of a node for Prometheus, in a registry of their own. */
import type { NodeStatus } from '@holdfast/base/answers'
import type { Peer } from '@holdfast/enclave/ports/mesh'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { CollateralState } from '../platform/machine.ts'
import type { KmipClosed } from './kmip-clients.ts'

export type Observed = {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly durationMs: number
}

export type Metrics = {
  observe(answer: Observed): void
  readonly kmip: { answered(): void; refused(): void; closed(reason: KmipClosed): void }
  readonly contentType: string
  text(): Promise<string>
}

export type MetricSources = {
  status(): NodeStatus
  peers(): readonly Peer[]
  connections(): { readonly all: number; readonly webSockets: number }
  kmipConnections(): number
  collateral(): CollateralState
}

const answersOf = (register: Registry) => {
  const labelNames = ['route', 'method', 'status'] as const
  const answers = new Counter({
    name: 'holdfast_http_answers_total',
    help: 'Answers over HTTP',
    labelNames,
    registers: [register],
  })
  const durations = new Histogram({
    name: 'holdfast_http_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [register],
  })
  return (answer: Observed): void => {
    const { route, method, status, durationMs } = answer
    answers.inc({ route, method, status })
    durations.observe({ route }, durationMs / 1000)
  }
}

const kmipOf = (register: Registry): Metrics['kmip'] => {
  const answers = new Counter({
    name: 'holdfast_kmip_answers_total',
    help: 'Answers over KMIP',
    registers: [register],
  })
  const refused = new Counter({
    name: 'holdfast_kmip_refused_total',
    help: 'KMIP messages of which too many of their wallet waited already',
    registers: [register],
  })
  const closed = new Counter({
    name: 'holdfast_kmip_closed_total',
    help: 'KMIP connections that this node has closed, and why',
    labelNames: ['reason'],
    registers: [register],
  })
  return {
    answered: () => answers.inc(),
    refused: () => refused.inc(),
    closed: (reason) => closed.inc({ reason }),
  }
}

const secondsSince = (atMs: number): number => Math.round((Date.now() - atMs) / 1000)

const linksOf = (register: Registry, sources: MetricSources): void => {
  const roundTrips: Gauge<'zone' | 'boot'> = new Gauge({
    name: 'holdfast_link_round_trip_seconds',
    help: 'Smoothed round trip of each link that is up',
    labelNames: ['zone', 'boot'],
    registers: [register],
    collect: () => {
      roundTrips.reset()
      for (const { zone, boot, roundTripMs } of sources.peers()) {
        roundTrips.set({ zone, boot }, roundTripMs / 1000)
      }
    },
  })
}

type MakeGauge = (name: string, help: string, read: () => number) => void

const identityOf = (gauge: MakeGauge, sources: MetricSources): void => {
  gauge('identity_age_seconds', 'Age of the identity that evidence names', () =>
    secondsSince(Date.parse(sources.status().identity.notBefore)),
  )
  gauge(
    'identity_expires_in_seconds',
    'Until verifiers refuse it; renewed at the half of its life',
    () => -secondsSince(Date.parse(sources.status().identity.notAfter)),
  )
  gauge(
    'identity_failures',
    'Attempts to make the next one that failed since one did not',
    () => sources.status().identity.failures,
  )
}

/** What the store, or another home, has lost. */
const recordsOf = (gauge: MakeGauge, sources: MetricSources): void => {
  gauge(
    'changes_superseded',
    'Changes that a later home left behind in this zone since boot',
    () => sources.status().superseded ?? 0,
  )
  gauge(
    'records_repaired',
    'Records that the store had lost and that were put back',
    () => sources.status().scrub?.repaired ?? 0,
  )
  gauge(
    'records_damaged',
    'Records that the store has lost and nobody gave yet',
    () => sources.status().scrub?.damaged ?? 0,
  )
}

/** Gauges are read when they are asked for. */
export const createMetrics = (sources: MetricSources): Metrics => {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const gauge: MakeGauge = (name, help, read) => {
    const made: Gauge = new Gauge({
      name: `holdfast_${name}`,
      help,
      registers: [register],
      collect: () => made.set(read()),
    })
  }
  gauge('ready', '1 while the node answers requests', () =>
    sources.status().state === 'ready' ? 1 : 0,
  )
  gauge('simulated', '1 where the mesh is simulated', () => (sources.status().simulated ? 1 : 0))
  gauge(
    'zone_key_epoch',
    'Epoch of the key of the zone',
    () => sources.status().zoneKey?.epoch ?? 0,
  )
  gauge('manifest_serial', 'Serial of the manifest', () => sources.status().manifestSerial)
  gauge('wallets', 'Wallets that this zone holds', () => sources.status().wallets)
  gauge(
    'zone_nodes',
    'Nodes that serve the store of this zone',
    () => sources.status().nodes.length,
  )
  gauge('zone_beat_age_seconds', 'Age of what is known of a store of several nodes', () => {
    const { beatAgeMs = 0 } = sources.status()
    return beatAgeMs / 1000
  })
  gauge('outbox', 'Records that other zones have not confirmed', () => sources.status().outbox)
  recordsOf(gauge, sources)
  gauge('client_connections', 'Connections of clients', () => sources.connections().all)
  gauge('websockets', 'WebSockets of clients', () => sources.connections().webSockets)
  gauge('kmip_connections', 'Connections of KMIP clients', () => sources.kmipConnections())
  identityOf(gauge, sources)
  gauge('collateral_age_seconds', 'Age of the collateral that is served', () =>
    secondsSince(sources.collateral().obtainedAtMs),
  )
  gauge(
    'collateral_expires_in_seconds',
    'Until verifiers refuse it; negative when they do',
    () => -secondsSince(sources.collateral().expiresAtMs),
  )
  gauge(
    'collateral_failures',
    'Attempts to renew it that failed since one did not',
    () => sources.collateral().failures,
  )
  linksOf(register, sources)
  return {
    observe: answersOf(register),
    kmip: kmipOf(register),
    contentType: register.contentType,
    text: () => register.metrics(),
  }
}
