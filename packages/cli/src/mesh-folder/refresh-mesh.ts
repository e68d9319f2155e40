/** What a mesh made here needs before a later start: fresh collateral, and a current manifest. */
import { relative } from 'node:path'
import { manifestLifetimeMs } from '../limits.ts'
import { readClientFile, writeClientFile } from './client-file.ts'
import { localGovernors } from './governors.ts'
import type { MeshLayout } from './layout.ts'
import { publishSuccessor, readManifest } from './manifest-file.ts'
import { nodeNames } from './node-names.ts'
import { renewCollateral } from './platforms.ts'

export type Refreshed = {
  /** In words, one line each; empty where nothing had to be done. */
  readonly changes: readonly string[]
}

/**
 * The nodes' code may have changed since the last start: in a simulated mesh whose governors' keys
 * lie here, a successor of the manifest then lists the new measurement beside the old ones.
 */
export const refreshMesh = async (
  layout: MeshLayout,
  measurement: string,
  nowMs: number,
): Promise<Refreshed> => {
  const changes: string[] = []
  const { manifest } = await readManifest(layout, nowMs)
  const zones = manifest.zones.map(({ id }) => id)
  const renewed = await renewCollateral(layout, await nodeNames(layout, zones), nowMs)
  if (renewed.length > 0) changes.push(`simulated collateral renewed for ${renewed.join(', ')}`)
  const listed = manifest.measurements.some(({ mrEnclave }) => mrEnclave === measurement)
  if (listed) return { changes }
  const governors = await localGovernors(layout)
  if (manifest.kind !== 'simulated' || governors.length < manifest.governors.threshold) {
    return { changes: [...changes, 'the manifest does not list the code that is here'] }
  }
  const notBefore = new Date(nowMs).toISOString()
  const next = await publishSuccessor(
    layout,
    {
      measurements: [
        ...manifest.measurements.slice(-measurementsKept),
        { mrEnclave: measurement, notBefore },
      ],
      expiresAt: new Date(nowMs + manifestLifetimeMs).toISOString(),
    },
    nowMs,
  )
  // From now on this client accepts no older manifest.
  const client = await readClientFile(layout.dir)
  const keyFile = relative(layout.dir, client.keyFile)
  await writeClientFile(layout, { ...client, keyFile, minimumSerial: next.serial })
  const short = `${measurement.slice(0, 16)}…`
  changes.push(
    `the node's code has changed: the local governors signed manifest ${next.serial}, ` +
      `which lists measurement ${short} beside the one before`,
  )
  return { changes }
}

/** Old and new measurements stand together while nodes are being replaced. */
const measurementsKept = 1
