/** `holdfast node ZONE`: one node of a mesh folder in the foreground. */
import { fail } from '@holdfast/base/errors'
import { Command } from 'commander'
import { type ClientOptions, dirOf } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { runNodeHere } from '../processes/run-node-here.ts'

export const nodeCommand: MakeCommand = (around) =>
  new Command('node')
    .description('run one node of a mesh folder in the foreground')
    .argument('<zone>', 'zone of the node')
    .option('--dir <folder>', 'folder of the mesh')
    .action(
      run(around, async (talk, zone: string, options: ClientOptions) => {
        const layout = meshLayout(dirOf(options, around))
        const { manifest } = await readManifest(layout, around.now())
        if (!manifest.zones.some(({ id }) => id === zone)) {
          fail('unknown_zone', 'the manifest has no such zone', zone)
        }
        if (manifest.kind === 'simulated') talk.say(talk.style('yellow', 'SIMULATED enclave'))
        around.exitCode(await runNodeHere(layout.node(zone), around.env))
      }),
    )
