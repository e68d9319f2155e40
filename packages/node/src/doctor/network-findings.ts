/** What a node needs to reach: its peers, its PCCS, its etcd; and how its clock goes. */
import { connect } from 'node:net'
import type { NodeConfig } from '../config.ts'
import type { HostPort } from '../mesh/peer-address.ts'
import { httpsGet } from '../platform/pccs/https-get.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'

const connectTimeoutMs = 3000
/** Evidence and requests are judged by the clock; clients allow a minute. */
const skewMsMax = 10_000

const canConnect = ({ host, port }: HostPort): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectTimeoutMs })
    const end = (connected: boolean): void => {
      socket.destroy()
      resolve(connected)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })

const peerFindings = ({ peers, zone }: NodeConfig): Promise<readonly Finding[]> =>
  Promise.all(
    peers.map(async (peer): Promise<Finding> => {
      const name = `${peer.zone} at ${peer.host}:${peer.port}`
      return (await canConnect(peer))
        ? ok(`peer ${name} listens`)
        : wrong(
            `peer ${name} cannot be reached`,
            `is it running, and may ${zone} connect to it? See listenMesh there and the firewall`,
          )
    }),
  )

const etcdFindings = ({ etcd }: NodeConfig): Promise<readonly Finding[]> =>
  Promise.all(
    (etcd?.endpoints ?? []).map(async (endpoint): Promise<Finding> => {
      const name = `etcd at ${endpoint.host}:${endpoint.port}`
      return (await canConnect(endpoint))
        ? ok(`${name} listens`)
        : wrong(`${name} cannot be reached`, 'see store.etcd.endpoints and the cluster’s health')
    }),
  )

const clockFinding = (date: unknown, nowMs: number): readonly Finding[] => {
  const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(theirsMs)) return []
  const skewMs = Math.abs(nowMs - theirsMs)
  return skewMs <= skewMsMax
    ? [ok(`the clock agrees with the PCCS within ${Math.ceil(skewMs / 1000)} s`)]
    : [
        wrong(
          `the clock is ${Math.round(skewMs / 1000)} s off the clock of the PCCS`,
          'run chrony or systemd-timesyncd; evidence and requests are judged by the clock',
        ),
      ]
}

const pccsFindings = async (
  { pccs }: NodeConfig,
  isHardware: boolean,
  nowMs: number,
): Promise<readonly Finding[]> => {
  if (pccs === undefined) {
    return isHardware
      ? [wrong('no PCCS is configured: collateral cannot be renewed', 'name one by pccs')]
      : []
  }
  const url = new URL(`${pccs.url.replace(/\/+$/, '')}/sgx/certification/v4/rootcacrl`)
  const answer = await httpsGet(url, pccs.ca === undefined ? {} : { ca: pccs.ca })
  if (!answer.ok) {
    const mend = 'curl it from here; see pccs and pccsCa, and the service’s own log'
    return [wrong(`the PCCS does not serve: ${answer.refusal.detail}`, mend)]
  }
  return [
    ok(`the PCCS at ${url.host} serves`),
    ...clockFinding(answer.value.headers['date'], nowMs),
  ]
}

/** Where no PCCS tells the time, only that somebody keeps it. */
export const networkFindings = async (options: {
  readonly config: NodeConfig
  readonly isHardware: boolean
  readonly nowMs: number
}): Promise<readonly Finding[]> => {
  const { config, isHardware, nowMs } = options
  const ofPccs = await pccsFindings(config, isHardware, nowMs)
  const alone =
    config.peers.length === 0
      ? [warning('no peers are named: this zone has no copy elsewhere', 'name some by peers')]
      : []
  return [...ofPccs, ...(await peerFindings(config)), ...(await etcdFindings(config)), ...alone]
}
