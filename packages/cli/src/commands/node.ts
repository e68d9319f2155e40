/** `holdfast node NAME`: one node of a mesh folder in the foreground. */
import { fail } from '@holdfast/base/errors'
import { Command } from 'commander'
import { type ClientOptions, dirOf } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { nodeNames } from '../mesh-folder/node-names.ts'
import { runNodeHere } from '../processes/run-node-here.ts'

export const nodeCommand: MakeCommand = (around) =>
  new Command('node')
    .description('run one node of a mesh folder in the foreground')
    .argument('<name>', 'the node: its zone, or for a further one such as eu-west.2')
    .option('--dir <folder>', 'folder of the mesh')
    .action(
      run(around, async (talk, name: string, options: ClientOptions) => {
        const layout = meshLayout(dirOf(options, around))
        const { manifest } = await readManifest(layout, around.now())
        const names = await nodeNames(
          layout,
          manifest.zones.map(({ id }) => id),
        )
        if (!names.includes(name)) fail('unknown_zone', 'the mesh has no such node', name)
        if (manifest.kind === 'simulated') talk.say(talk.style('yellow', 'SIMULATED enclave'))
        around.exitCode(await runNodeHere(layout.node(name), around.env))
      }),
    )
