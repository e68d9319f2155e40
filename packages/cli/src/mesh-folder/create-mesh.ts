/** Makes a mesh in a folder: simulated root, governors, genesis manifest, one node a zone. */
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import {
  createSimulatedRoot,
  encodeManifest,
  ppidHashOf,
  simulatedRootCertificate,
  simulatedTcbEvaluationDataNumber,
} from '@holdfast/attestation'
import { toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Manifest, ManifestZone } from '@holdfast/base/manifest'
import { generateApiKey, type MeshId, type ZoneId } from '@holdfast/sdk'
import { writeApiKey } from '@holdfast/sdk/node'
import { manifestLifetimeMs, measurementDelayMs } from '../limits.ts'
import { writeClientFile } from './client-file.ts'
import { etcdStoreOf, writeEtcdFile } from './etcd-file.ts'
import { exists, publicFile, secretFile, writeJson, writeWhole } from './files.ts'
import { makeGovernors } from './governors.ts'
import { type MeshLayout, meshLayout } from './layout.ts'
import { readManifest } from './manifest-file.ts'
import { manifestProposals, signedFile } from './manifest-proposal.ts'
import { loopback, writeNodeConfigs } from './node-config.ts'
import { nodeName } from './node-names.ts'
import { makePlatform, randomEntropy } from './platforms.ts'
import { choosePorts } from './ports.ts'

export type CreateMesh = {
  readonly dir: string
  readonly name: string
  readonly zones: readonly ManifestZone[]
  /** Of the first node's clients; 0 takes any free ones. */
  readonly firstPort: number
  /** Default 1. More than one share an etcd. */
  readonly nodesPerZone?: number
  /** Members of each zone's etcd; default none: each node has a SQLite file. */
  readonly etcdMembers?: number
  /** The address of a zone's processes; default loopback. */
  readonly hostOf?: (zone: string) => string
  /** MRENCLAVE of the node that will run. */
  readonly measurement: string
  readonly nowMs: number
}

export type CreatedMesh = {
  readonly layout: MeshLayout
  readonly mesh: MeshId
  /** False where other ports than the wanted ones were chosen. */
  readonly portsAsWanted: boolean
}

const genesis = (
  options: CreateMesh,
  parts: Pick<Manifest, 'governors' | 'inventory'> & { readonly simulatedRoot: string },
): Manifest => {
  const issuedAt = new Date(options.nowMs).toISOString()
  return {
    format: 'holdfast manifest v1',
    name: options.name,
    nonce: randomBytes(32).toString('hex'),
    serial: 1,
    previous: null,
    issuedAt,
    expiresAt: new Date(options.nowMs + manifestLifetimeMs).toISOString(),
    kind: 'simulated',
    simulatedRoot: parts.simulatedRoot,
    zones: [...options.zones],
    measurementDelayMs,
    measurements: [{ mrEnclave: options.measurement, notBefore: issuedAt }],
    tcb: {
      allowedStatuses: ['UpToDate'],
      minTcbEvaluationDataNumber: simulatedTcbEvaluationDataNumber,
    },
    inventory: parts.inventory,
    governors: parts.governors,
  }
}

const fill = async (layout: MeshLayout, options: CreateMesh): Promise<boolean> => {
  const { zones, nowMs } = options
  const root = createSimulatedRoot({ entropy: randomEntropy, nowMs })
  await writeJson(layout.simulatedRoot, root, secretFile)
  const { governors, listed } = await makeGovernors(layout)
  const inventory: { ppidHash: string; zone: ZoneId }[] = []
  const named = zones.flatMap(({ id: zone }) =>
    Array.from({ length: options.nodesPerZone ?? 1 }, (_, index) => ({
      zone,
      name: nodeName(zone, index),
    })),
  )
  for (const { name, zone } of named) {
    const node = layout.node(name)
    await mkdir(node.dir, { recursive: true, mode: 0o700 })
    const file = makePlatform(root, nowMs)
    await writeJson(node.platform, file, secretFile)
    await writeWhole(node.sealingKey, `${randomBytes(32).toString('hex')}\n`, secretFile)
    inventory.push({ ppidHash: ppidHashOf(file.platform), zone })
  }
  const simulatedRoot = toBase64Url(simulatedRootCertificate(root))
  const manifest = genesis(options, { governors: listed, inventory, simulatedRoot })
  const unsigned = { bytes: encodeManifest(manifest), content: manifest, signatures: [] }
  const signed = signedFile(manifestProposals.signByAll(unsigned, governors))
  await writeJson(layout.manifest, { manifests: [signed] }, publicFile)
  const hostOf = options.hostOf ?? (() => loopback)
  const ports = await choosePorts(named.length, options.firstPort)
  const nodes = named.flatMap((node, index) => {
    const chosen = ports[index]
    return chosen === undefined ? [] : [{ ...node, host: hostOf(node.zone), ports: chosen }]
  })
  const ids = zones.map(({ id }) => id)
  const members = options.etcdMembers ?? 0
  const etcd = members > 0 ? await writeEtcdFile(layout, ids, { members, hostOf }) : undefined
  await writeNodeConfigs(layout, nodes, (zone) => etcd && etcdStoreOf(etcd, zone))
  using key = generateApiKey()
  await writeApiKey(layout.clientKey, key)
  await writeClientFile(layout, {
    mesh: (await readManifest(layout, nowMs)).mesh,
    minimumSerial: 1,
    nodes: nodes.map(({ host, ports: { client } }) => `https://${host}:${client}`),
    keyFile: 'client.key.json',
  })
  return options.firstPort === 0 || ports[0]?.client === options.firstPort
}

/**
 * Makes the whole folder, or nothing: it is filled under another name and then renamed. Refuses
 * with `invalid_field` where it exists, and several nodes of a zone without an etcd.
 */
export const createMesh = async (options: CreateMesh): Promise<CreatedMesh> => {
  const { dir } = options
  if ((options.nodesPerZone ?? 1) > 1 && (options.etcdMembers ?? 0) === 0) {
    fail('invalid_field', 'several nodes of a zone share an etcd: --store etcd', 'nodes')
  }
  if (await exists(dir)) fail('invalid_field', 'the folder exists', dir)
  const partial = meshLayout(`${dir}.${process.pid}.partial`)
  await mkdir(partial.dir, { recursive: true, mode: 0o700 })
  let portsAsWanted: boolean
  try {
    portsAsWanted = await fill(partial, options)
    await rename(partial.dir, dir)
  } catch (error) {
    await rm(partial.dir, { recursive: true, force: true })
    throw error
  }
  const layout = meshLayout(dir)
  const { mesh } = await readManifest(layout, options.nowMs)
  return { layout, mesh, portsAsWanted }
}
