/** What a node needs to reach: its peers, its PCCS or KDS, its etcd; and how its clock goes. */
import { connect } from 'node:net'
import { snpProducts } from '@holdfast/base/snp-policy'
import type { NodeConfig } from '../config.ts'
import type { HostPort } from '../mesh/peer-address.ts'
import { httpsGet, type ServiceAddress, urlOf } from '../platform/pccs/https-get.ts'
import { hasTsm } from '../platform/tsm/tsm-report.ts'
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

const clockFinding = (date: unknown, nowMs: number, service: string): readonly Finding[] => {
  const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(theirsMs)) return []
  const skewMs = Math.abs(nowMs - theirsMs)
  return skewMs <= skewMsMax
    ? [ok(`the clock agrees with the ${service} within ${Math.ceil(skewMs / 1000)} s`)]
    : [
        wrong(
          `the clock is ${Math.round(skewMs / 1000)} s off the clock of the ${service}`,
          'run chrony or systemd-timesyncd; evidence and requests are judged by the clock',
        ),
      ]
}

/** What each of them has for every machine. */
const services = [
  { key: 'pccs', service: 'PCCS', path: 'sgx/certification/v4/rootcacrl' },
  { key: 'kds', service: 'KDS', path: `vcek/v1/${snpProducts[0]}/crl` },
] as const

const serviceFindings = async (
  { key, service, path }: (typeof services)[number],
  address: ServiceAddress,
  nowMs: number,
): Promise<readonly Finding[]> => {
  const url = urlOf(address, path)
  const { ca } = address
  const answer = await httpsGet(url, { service, ...(ca === undefined ? {} : { ca }) })
  if (!answer.ok) {
    const mend = `curl it from here; see ${key} and ${key}Ca, and the service’s own log`
    return [wrong(`the ${service} does not serve: ${answer.refusal.detail}`, mend)]
  }
  return [
    ok(`the ${service} at ${url.host} serves`),
    ...clockFinding(answer.value.headers['date'], nowMs, service),
  ]
}

/** A guest of SEV-SNP needs no service where its host gives all: that is judged with its report. */
const collateralFindings = async (
  config: NodeConfig,
  isHardware: boolean,
  nowMs: number,
): Promise<readonly Finding[]> => {
  const { pccs, kds } = config
  if (pccs === undefined && kds === undefined) {
    const missing = 'neither a PCCS nor a KDS is configured: collateral cannot be renewed'
    const mend = 'name one by pccs (SGX, TDX) or kds (SEV-SNP, where its host gives not all)'
    return isHardware ? [hasTsm() ? warning(missing, mend) : wrong(missing, mend)] : []
  }
  const found = services.map(async (one): Promise<readonly Finding[]> => {
    const address = config[one.key]
    return address === undefined ? [] : serviceFindings(one, address, nowMs)
  })
  return (await Promise.all(found)).flat()
}

/** Where no service tells the time, only that somebody keeps it. */
export const networkFindings = async (options: {
  readonly config: NodeConfig
  readonly isHardware: boolean
  readonly nowMs: number
}): Promise<readonly Finding[]> => {
  const { config, isHardware, nowMs } = options
  const ofServices = await collateralFindings(config, isHardware, nowMs)
  const alone =
    config.peers.length === 0
      ? [warning('no peers are named: this zone has no copy elsewhere', 'name some by peers')]
      : []
  return [...ofServices, ...(await peerFindings(config)), ...(await etcdFindings(config)), ...alone]
}
