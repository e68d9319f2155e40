/** `holdfast manifest`: what a mesh trusts, and how governors change it with offline keys. */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import type { Manifest } from '@holdfast/base/manifest'
import { Command } from 'commander'
import { dirOf } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { meshLayout } from '../mesh-folder/layout.ts'
import { appendManifest, readManifest } from '../mesh-folder/manifest-file.ts'
import { manifestProposals, propose } from '../mesh-folder/manifest-proposal.ts'
import { changesText, manifestChanges, manifestText } from '../mesh-folder/manifest-text.ts'
import { type PlatformOptions, platformChange } from '../mesh-folder/platform-change.ts'
import { signCommand } from './sign-proposal.ts'

type Dir = { readonly dir?: string }
type ProposeOptions = Dir &
  PlatformOptions & {
    readonly out: string
    readonly addMeasurement?: string
    readonly notBefore?: string
    readonly emergency?: true
    readonly measurementDelay?: string
    readonly removeMeasurement?: string
    readonly expires?: string
    readonly minTcbEvaluation?: string
    readonly rotateKey?: string
  }

const current = (options: Dir, around: Surroundings) =>
  readManifest(meshLayout(dirOf(options, around)), around.now())

/** An option that may be given more than once. */
const repeated = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

/** The zones, one of them with the wish for another key. */
const withRotation = ({ zones }: Manifest, rotateKey: string | undefined): Manifest['zones'] => {
  if (rotateKey !== undefined && zones.every(({ id }) => id !== rotateKey)) {
    fail('unknown_zone', 'the manifest has no such zone', rotateKey)
  }
  return zones.map((zone) =>
    zone.id === rotateKey ? { ...zone, keyGeneration: (zone.keyGeneration ?? 0) + 1 } : zone,
  )
}

const changeOf = async (
  options: ProposeOptions,
  manifest: Manifest,
  { nowMs, cwd }: { readonly nowMs: number; readonly cwd: string },
): Promise<Partial<Manifest>> => {
  const { addMeasurement, removeMeasurement, expires } = options
  const delayMs = options.emergency === true ? 0 : (manifest.measurementDelayMs ?? 0)
  const notBefore = options.notBefore ?? new Date(nowMs + delayMs).toISOString()
  const kept = manifest.measurements.filter(({ mrEnclave }) => mrEnclave !== removeMeasurement)
  if (removeMeasurement !== undefined && kept.length === manifest.measurements.length) {
    fail('invalid_field', 'the manifest lists no such measurement', removeMeasurement)
  }
  const added = addMeasurement === undefined ? [] : [{ mrEnclave: addMeasurement, notBefore }]
  const { minTcbEvaluation: tcb, measurementDelay: delay } = options
  return {
    zones: withRotation(manifest, options.rotateKey),
    measurements: [...kept, ...added],
    ...(await platformChange(options, manifest, cwd)),
    ...(expires === undefined ? {} : { expiresAt: expires }),
    ...(delay === undefined ? {} : { measurementDelayMs: Number(delay) * 3_600_000 }),
    ...(tcb === undefined
      ? {}
      : { tcb: { ...manifest.tcb, minTcbEvaluationDataNumber: Number(tcb) } }),
  }
}

const show: MakeCommand = (around) =>
  new Command('show')
    .description('the manifest in force')
    .option('--dir <folder>', 'folder of the mesh')
    .action(
      run(around, async (talk, options: Dir) => {
        const { manifest, hash, mesh } = await current(options, around)
        talk.data({ mesh, hash, manifest }, manifestText(manifest, hash, around.now()))
      }),
    )

const proposeCommand: MakeCommand = (around) =>
  new Command('propose')
    .description('write the next manifest, unsigned, into a file for governors')
    .requiredOption('--out <file>', 'where to')
    .option('--dir <folder>', 'folder of the mesh')
    .option('--add-measurement <hex>', 'code that may hold keys')
    .option('--not-before <time>', 'when that code comes into force (RFC 3339; default: the delay)')
    .option('--emergency', 'it comes into force at once: every governor must sign')
    .option('--measurement-delay <hours>', 'how long new code waits from the next manifest on')
    .option('--remove-measurement <hex>', 'code that may hold keys no longer')
    .option('--add-platform <zone=hash>', 'a machine of SGX or TDX, by its PPID', repeated)
    .option('--add-chip <zone=hash>', 'a machine of SEV-SNP, by its chip id', repeated)
    .option('--snp-policy <file>', 'what is asked of SEV-SNP guests, as JSON')
    .option('--remove-platform <hash>', 'a machine that counts no longer')
    .option('--rotate-key <zone>', 'have the key of a zone rotated')
    .option('--expires <time>', 'when the manifest expires')
    .option('--min-tcb-evaluation <number>', 'least TCB evaluation data number')
    .action(
      run(around, async (talk, options: ProposeOptions) => {
        const known = await current(options, around)
        const nowMs = around.now()
        const change = await changeOf(options, known.manifest, { nowMs, cwd: around.cwd })
        const proposal = propose(known, change, nowMs)
        await manifestProposals.write(resolve(around.cwd, options.out), proposal)
        const changes = manifestChanges(known.manifest, proposal.content)
        talk.data({ serial: proposal.content.serial, changes }, changesText(changes))
      }),
    )

const sign = signCommand({
  noun: 'proposal',
  proposals: manifestProposals,
  tell: ({ serial, governors }, signatures) => ({
    data: { serial, signatures },
    text: `manifest ${serial}: signed by ${signatures.join(', ')} of ${governors.keys.length}`,
  }),
})

const diff: MakeCommand = (around) =>
  new Command('diff')
    .description('what a proposal changes of the manifest in force')
    .argument('<file>', 'the proposal')
    .option('--dir <folder>', 'folder of the mesh')
    .action(
      run(around, async (talk, file: string, options: Dir) => {
        const { manifest } = await current(options, around)
        const proposal = await manifestProposals.read(resolve(around.cwd, file))
        const changes = manifestChanges(manifest, proposal.content)
        talk.data({ serial: proposal.content.serial, changes }, changesText(changes))
      }),
    )

const apply: MakeCommand = (around) =>
  new Command('apply')
    .description('put a proposal that enough governors signed into the chain of a mesh folder')
    .argument('<file>', 'the proposal')
    .option('--dir <folder>', 'folder of the mesh')
    .action(
      run(around, async (talk, file: string, options: Dir) => {
        const proposal = await manifestProposals.read(resolve(around.cwd, file))
        const layout = meshLayout(dirOf(options, around))
        const { manifest, hash } = await appendManifest(layout, proposal, around.now())
        talk.data(
          { serial: manifest.serial, hash },
          `manifest ${manifest.serial} is in the chain; nodes take it on SIGHUP or at a start`,
        )
      }),
    )

export const manifestCommands: readonly MakeCommand[] = [show, proposeCommand, sign, diff, apply]
