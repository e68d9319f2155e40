/** `holdfast init`: makes a simulated mesh in a folder. */
import { resolve } from 'node:path'
import type { ManifestZone } from '@holdfast/base/manifest'
import { Command } from 'commander'
import { defaultDir } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { createMesh } from '../mesh-folder/create-mesh.ts'
import { currentMeasurement } from '../mesh-folder/node-program.ts'
import { defaultZones, parseZone } from '../mesh-folder/zones.ts'
import type { Terminal } from '../terminal.ts'

type Options = { readonly dir?: string; readonly zone?: readonly string[]; readonly port: string }

/** The first port of a mesh made without a wish. */
export const defaultFirstPort = 7400

const zonesOf = (texts: readonly string[] | undefined): readonly ManifestZone[] =>
  texts === undefined ? defaultZones : texts.map(parseZone)

export const makeMesh = async (
  dir: string,
  options: Pick<Options, 'zone'> & { readonly firstPort: number },
  talk: Terminal,
  around: Surroundings,
) => {
  const zones = zonesOf(options.zone)
  const step = talk.step(`Make a simulated mesh of ${zones.length} zones`)
  const measurement = await currentMeasurement()
  const made = await createMesh({
    dir,
    name: 'local',
    zones,
    firstPort: options.firstPort,
    measurement,
    nowMs: around.now(),
  })
  step.done(`${made.mesh.slice(0, 21)}… in ${dir}`, { mesh: made.mesh, dir })
  if (!made.portsAsWanted && options.firstPort !== 0) {
    talk.say(`Ports from ${options.firstPort} on are in use; others were chosen.`)
  }
  return made
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const initCommand: MakeCommand = (around) =>
  new Command('init')
    .description('make a simulated mesh: root, governors, manifest, one node a zone')
    .option('--dir <folder>', `where to (default ${defaultDir})`)
    .option(
      '--zone <id:lat:lon:level>',
      'a zone, such as eu-west:53.35:-6.26:2; repeatable',
      collect,
    )
    .option('--port <number>', 'first port of loopback; 0 takes free ones', `${defaultFirstPort}`)
    .action(
      run(around, async (talk, options: Options) => {
        const dir = resolve(around.cwd, options.dir ?? around.env['HOLDFAST_DIR'] ?? defaultDir)
        const firstPort = Number(options.port)
        const made = await makeMesh(dir, { ...options, firstPort }, talk, around)
        talk.say(`\nStart it: holdfast start --dir ${dir}`)
        talk.say(`SIMULATED: whoever reads ${made.layout.simulatedRoot} can forge its evidence.`)
      }),
    )
