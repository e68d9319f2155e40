/**
 * The compose file of a mesh of three zones, three nodes and three etcd members each, which repeats
 * itself: `node scripts/compose-file.ts > deploy/compose/compose.yaml` writes it.
 */
import { pathToFileURL } from 'node:url'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const each = [1, 2, 3] as const
const firstPort = 7400
/** Named by who starts it, best by its digest. */
const etcdImage = `\${ETCD_IMAGE:?an image of etcd 3.6.14 or newer}`

type Service = {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly restart?: string
  readonly ulimits?: { readonly memlock: number }
}

const nameOf = (zone: string, number: number): string => `${zone}-${number}`
const etcdOf = (zone: string, number: number): string => `${zone}-etcd-${number}`
/** As `holdfast init` names and numbers them. */
const folderOf = (zone: string, number: number): string =>
  number === 1 ? zone : `${zone}.${number}`
const portOf = (zone: string, number: number): number =>
  firstPort + 10 * (zones.indexOf(zone as (typeof zones)[number]) * each.length + number - 1)

const holdfast = (command: readonly string[]): Pick<Service, 'image' | 'build' | 'command'> => ({
  image: 'holdfast',
  build: { context: '../..', dockerfile: 'deploy/compose/Containerfile' },
  command,
})

const init: Service = {
  ...holdfast([
    'sh',
    '-c',
    'test -e /mesh/manifest.json || ' +
      'node packages/cli/src/main.ts init --dir /mesh/new --nodes 3 --store etcd ' +
      `--port ${firstPort} && test -e /mesh/manifest.json || mv /mesh/new/* /mesh/`,
  ]),
  volumes: ['mesh:/mesh'],
}

const etcd = (zone: string, number: number): Service => {
  const url = (member: number, port: number): string => `http://${etcdOf(zone, member)}:${port}`
  const all = each.map((member) => `${etcdOf(zone, member)}=${url(member, 2380)}`)
  return {
    image: etcdImage,
    command: [
      'etcd',
      `--name=${etcdOf(zone, number)}`,
      '--data-dir=/data',
      '--listen-client-urls=http://0.0.0.0:2379',
      `--advertise-client-urls=${url(number, 2379)}`,
      '--listen-peer-urls=http://0.0.0.0:2380',
      `--initial-advertise-peer-urls=${url(number, 2380)}`,
      `--initial-cluster=${all.join(',')}`,
      '--initial-cluster-state=new',
      '--auto-compaction-mode=periodic',
      '--auto-compaction-retention=10m',
    ],
    volumes: [`${etcdOf(zone, number)}:/data`],
    restart: 'unless-stopped',
  }
}

/** Addresses only: they stand over those of loopback in the folder's `node.json`. */
export const environmentOf = (zone: string, number: number): Readonly<Record<string, string>> => {
  const port = portOf(zone, number)
  const peers = zones.flatMap((other) =>
    each
      .filter((member) => other !== zone || member !== number)
      .map((member) => `${other}=${nameOf(other, member)}:${portOf(other, member) + 2}`),
  )
  const endpoints = each.map((member) => `http://${etcdOf(zone, member)}:2379`)
  return {
    MALLOC_ARENA_MAX: '1',
    HOLDFAST_LISTEN_CLIENT: `0.0.0.0:${port}`,
    HOLDFAST_LISTEN_MESH: `0.0.0.0:${port + 2}`,
    HOLDFAST_PEERS: peers.join(','),
    HOLDFAST_ETCD_ENDPOINTS: endpoints.join(','),
  }
}

const node = (zone: string, number: number): Service => ({
  ...holdfast([
    'node',
    '--max-semi-space-size=2',
    'packages/node/src/main.ts',
    '--config',
    `/mesh/nodes/${folderOf(zone, number)}/node.json`,
  ]),
  environment: environmentOf(zone, number),
  volumes: ['mesh:/mesh'],
  ports: [`127.0.0.1:${portOf(zone, number)}:${portOf(zone, number)}`],
  depends_on: { init: { condition: 'service_completed_successfully' } },
  restart: 'unless-stopped',
  // Keys lie in locked memory.
  ulimits: { memlock: 67_108_864 },
})

const services: Readonly<Record<string, Service>> = {
  init,
  ...Object.fromEntries(
    zones.flatMap((zone) =>
      each.flatMap((number) => [
        [etcdOf(zone, number), etcd(zone, number)],
        [nameOf(zone, number), node(zone, number)],
      ]),
    ),
  ),
}

const volumes = ['mesh', ...zones.flatMap((zone) => each.map((number) => etcdOf(zone, number)))]

/** Block style of YAML 1.2 for what JSON can say; every text is quoted as JSON quotes it. */
const toYaml = (value: unknown, indent: string): string => {
  if (Array.isArray(value)) {
    return value.map((item) => `\n${indent}- ${JSON.stringify(item)}`).join('')
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, item]) => `\n${indent}${key}:${toYaml(item, `${indent}  `)}`)
      .join('')
  }
  return ` ${JSON.stringify(value)}`
}

export const composeFile = (): string => {
  const body = { services, volumes: Object.fromEntries(volumes.map((name) => [name, {}])) }
  const head = '# Written by scripts/compose-file.ts. A SIMULATED mesh: docs/deploy-mesh.md.'
  return `${head}${toYaml(body, '')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(composeFile())
}
