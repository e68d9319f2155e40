/** `holdfast init`: makes a simulated mesh in a folder. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { defaultDir } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { createMesh } from '../mesh-folder/create-mesh.ts'
import { meshSizeOf, type SizeOptions, withSizeOptions } from '../mesh-folder/mesh-size.ts'
import { currentMeasurement } from '../mesh-folder/node-program.ts'
import type { Terminal } from '../terminal.ts'

type Options = SizeOptions & { readonly dir?: string; readonly port: string }

/** The first port of a mesh made without a wish. */
export const defaultFirstPort = 7400

export const makeMesh = async (
  dir: string,
  options: SizeOptions & { readonly firstPort: number },
  talk: Terminal,
  around: Surroundings,
) => {
  const size = meshSizeOf(options)
  const { zones, nodesPerZone } = size
  const each = nodesPerZone === 1 ? '' : ` of ${nodesPerZone} nodes`
  const step = talk.step(`Make a simulated mesh of ${zones.length} zones${each}`)
  const measurement = await currentMeasurement()
  const made = await createMesh({
    dir,
    name: 'local',
    ...size,
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

export const initCommand: MakeCommand = (around) =>
  withSizeOptions(new Command('init'))
    .description('make a simulated mesh: root, governors, manifest, nodes')
    .option('--dir <folder>', `where to (default ${defaultDir})`)
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
