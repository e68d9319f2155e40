/** Everything that `holdfast doctor` looks at, in order. */
import { readFile } from 'node:fs/promises'
import type { NodeStatus } from '@holdfast/base/answers'
import { RefusalError } from '@holdfast/base/errors'
import { VerificationError } from '@holdfast/sdk'
import { type ClientOptions, openClient } from '../client-context.ts'
import type { Surroundings } from '../command.ts'
import { exists } from '../mesh-folder/files.ts'
import { localGovernors } from '../mesh-folder/governors.ts'
import { type MeshLayout, meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { currentMeasurement } from '../mesh-folder/node-program.ts'
import type { Terminal } from '../terminal.ts'

export type Finding = {
  readonly state: 'ok' | 'warning' | 'wrong'
  readonly what: string
  readonly mend?: string
}

const ok = (what: string): Finding => ({ state: 'ok', what })
const warning = (what: string, mend?: string): Finding => ({
  state: 'warning',
  what,
  ...(mend === undefined ? {} : { mend }),
})
const wrong = (what: string, mend: string): Finding => ({ state: 'wrong', what, mend })

const nodeVersion = (): Finding => {
  const { node } = process.versions
  return Number(node.split('.')[0]) >= 24
    ? ok(`Node ${node}`)
    : wrong(`Node ${node} is too old`, "run by npm ('npm start'), which brings its own Node")
}

/** Keys live in locked memory; past the limit mlock fails silently (`ulimit -l`). */
const lockedMemory = async (): Promise<readonly Finding[]> => {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => undefined)
  const line = limits?.split('\n').find((one) => one.startsWith('Max locked memory'))
  const soft = line?.slice(26).trim().split(/\s+/)[0]
  if (soft === undefined) return []
  const bytes = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
  return bytes >= lockedBytesWanted
    ? [ok(`memory may be locked (${soft} bytes)`)]
    : [warning(`only ${soft} bytes of memory may be locked`, "raise it: 'ulimit -l unlimited'")]
}

/** The arena of slots for opened keys, with room to spare. */
const lockedBytesWanted = 4 * 1024 * 1024

const folder = async (layout: MeshLayout, nowMs: number): Promise<readonly Finding[]> => {
  const { manifest, mesh } = await readManifest(layout, nowMs)
  const measurement = await currentMeasurement()
  const listed = manifest.measurements.some(({ mrEnclave }) => mrEnclave === measurement)
  const governors = await localGovernors(layout)
  const zones = manifest.zones.map(({ id }) => id).join(', ')
  const daysLeft = Math.floor((Date.parse(manifest.expiresAt) - nowMs) / 86_400_000)
  return [
    ok(`${mesh}: manifest ${manifest.serial}, zones ${zones}`),
    daysLeft > 30
      ? ok(`the manifest is in force for ${daysLeft} days`)
      : warning(`the manifest expires in ${daysLeft} days`, 'let its governors sign the next'),
    listed
      ? ok(`the manifest lists the code that is here (${measurement.slice(0, 12)}…)`)
      : wrong(
          'the manifest does not list the code that is here',
          "'holdfast start' lets local governors of a simulated mesh sign a successor",
        ),
    ...(governors.length > 0 && manifest.kind === 'hardware'
      ? [wrong('governors’ keys of a hardware mesh lie here', 'keep each with its governor')]
      : []),
  ]
}

const nodes = async (
  options: ClientOptions,
  around: Surroundings,
  talk: Terminal,
): Promise<readonly Finding[]> => {
  const quiet: Terminal = { ...talk, say: () => undefined }
  using client = await openClient(options, around, quiet)
  const simulated = client.simulated
    ? [warning('the mesh is SIMULATED: no hardware protects its keys')]
    : []
  const found = (await client.nodes()).flatMap(({ node, status }): readonly Finding[] => {
    if (status === undefined) {
      return [wrong(`${node} does not answer`, "is it running? 'holdfast start'")]
    }
    const { zone } = status.node
    const cut = status.peers.filter((peer) => !peer.connected).map((peer) => peer.zone)
    return [
      status.state === 'ready'
        ? ok(`${zone}: ready, ${status.wallets} wallets, signs by ${status.signer}`)
        : wrong(`${zone}: ${status.state}`, 'see its log for what it waits for'),
      ...(cut.length === 0 ? [] : [warning(`${zone}: no link to ${cut.join(', ')}`)]),
      ...(status.outbox === 0
        ? []
        : [warning(`${zone}: ${status.outbox} records wait for other zones`)]),
      ...identityOf(status, around.now()),
      ...damageOf(status),
    ]
  })
  const distrusted = client.distrusted.map((error) => wrong(error.message, 'do not use this node'))
  return [...simulated, ...distrusted, ...found]
}

const identityOf = ({ node, identity }: NodeStatus, nowMs: number): readonly Finding[] => {
  const bornMs = Date.parse(identity.notBefore)
  const lifeMs = Date.parse(identity.notAfter) - bornMs
  const minutesLeft = Math.floor((bornMs + lifeMs - nowMs) / 60_000)
  const what = `${node.zone}: its identity ends in ${minutesLeft} minutes`
  const isLate = minutesLeft * 60_000 < lifeMs / 4
  return isLate
    ? [wrong(`${what}, ${identity.failures} renewals failed`, 'look at its quotes and its clock')]
    : [ok(what)]
}

const damageOf = ({ node, scrub }: NodeStatus): readonly Finding[] =>
  scrub === undefined || scrub.damaged === 0
    ? []
    : [
        wrong(
          `${node.zone}: its store has lost ${scrub.damaged} records`,
          'bring the links to the other zones up: they give them back',
        ),
      ]

const explained = async (
  findings: Promise<readonly Finding[]>,
  mend: string,
): Promise<readonly Finding[]> => {
  try {
    return await findings
  } catch (error) {
    if (error instanceof VerificationError) return [wrong(error.message, 'do not use this node')]
    if (error instanceof RefusalError) return [wrong(error.message, mend)]
    throw error
  }
}

export const examine = async (
  dir: string,
  options: ClientOptions,
  around: Surroundings,
  talk: Terminal,
): Promise<readonly Finding[]> => {
  const layout = meshLayout(dir)
  const here = await exists(layout.manifest)
  const ofFolder = here
    ? await explained(folder(layout, around.now()), 'the folder is damaged; restore it')
    : [warning(`there is no mesh in ${dir}`, "make one: 'holdfast init' or 'npm start'")]
  const named = options.mesh ?? around.env['HOLDFAST_MESH']
  const ofNodes =
    here || named !== undefined
      ? await explained(nodes(options, around, talk), "is the mesh running? 'holdfast start'")
      : []
  return [nodeVersion(), ...(await lockedMemory()), ...ofFolder, ...ofNodes]
}
