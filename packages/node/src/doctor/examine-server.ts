/** Everything that can be wrong with a server before, or while, a node runs on it. */

import type { Result } from '@holdfast/base/errors'
import { momentMs } from '@holdfast/base/moment'
import type { NodeConfig } from '../config.ts'
import type { ManifestChain } from '../platform/manifests.ts'
import type { OwnCode } from '../platform/own-code.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { machineFindings } from './machine-findings.ts'
import { networkFindings } from './network-findings.ts'
import { placementFindings } from './placement-findings.ts'
import { processFindings } from './process-findings.ts'

export type ServerOptions = {
  readonly config: Result<NodeConfig>
  readonly manifests: (config: NodeConfig) => Result<ManifestChain>
  readonly code: OwnCode
  readonly nowMs: number
}

const manifestFindings = (
  { current }: ManifestChain,
  config: NodeConfig,
  options: ServerOptions,
): readonly Finding[] => {
  const { manifest, mesh } = current
  const days = Math.floor((momentMs(manifest.expiresAt) - options.nowMs) / 86_400_000)
  const inForce = `manifest ${manifest.serial} of ${mesh} is in force for ${days} days`
  const own = options.code.measurement()
  const listed = manifest.measurements.some(({ mrEnclave }) => mrEnclave === own)
  return [
    days > 30 ? ok(inForce) : warning(inForce, 'let its governors sign the next'),
    manifest.zones.some(({ id }) => id === config.zone)
      ? ok(`the manifest has the zone ${config.zone}`)
      : wrong(`the manifest has no zone ${config.zone}`, 'see zone in node.json'),
    // Of hardware the quote says what runs; the code's own hash is a simulated machine's.
    ...(manifest.kind !== 'simulated'
      ? []
      : [
          listed
            ? ok(`the manifest lists the code that is here (${own.slice(0, 12)}…)`)
            : wrong(
                `the manifest does not list the code that is here (${own.slice(0, 12)}…)`,
                'let the governors list it, or run the code that they list',
              ),
        ]),
  ]
}

/** Opens no store and changes nothing: it may run beside the node. */
export const examineServer = async (options: ServerOptions): Promise<readonly Finding[]> => {
  const { config, code, nowMs } = options
  const ofProcess = await processFindings(code)
  if (!config.ok) {
    const { detail, subject = 'node.json' } = config.refusal
    return [...ofProcess, wrong(`the configuration: ${detail}`, `see ${subject} (docs/node.md)`)]
  }
  const manifests = options.manifests(config.value)
  if (!manifests.ok) {
    const { code: refused, detail } = manifests.refusal
    const mend = 'take the chain of manifests from another node: GET /v1/manifest'
    return [...ofProcess, wrong(`the manifests: ${refused}, ${detail}`, mend)]
  }
  const { kind } = manifests.value.current.manifest
  return [
    ...ofProcess,
    ...manifestFindings(manifests.value, config.value, options),
    ...placementFindings(config.value, manifests.value.current.manifest),
    ...machineFindings({
      kind,
      dir: config.value.dir,
      nowMs,
      isKdsNamed: config.value.kds !== undefined,
    }),
    ...(await networkFindings({ config: config.value, isHardware: kind === 'hardware', nowMs })),
  ]
}
