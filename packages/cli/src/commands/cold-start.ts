/** `holdfast mesh cold-start`: governors name the boots of a mesh that nobody else can confirm. */
import { resolve } from 'node:path'
import type { BootStatement } from '@holdfast/base/boot-statement'
import { applyBoots, type ExaminedBoot, examineBoots } from '@holdfast/sdk'
import { nodeTransport } from '@holdfast/sdk/node'
import { Command } from 'commander'
import {
  type ClientOptions,
  dirOf,
  meshSettings,
  simulatedWarning,
  withClientOptions,
} from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { statementLifetimeMs } from '../limits.ts'
import { bootProposals, proposeBoots } from '../mesh-folder/boot-proposal.ts'
import { meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { signedStatement } from '../mesh-folder/statement-proposal.ts'
import { table } from '../table.ts'
import { signStatementCommand } from './sign-proposal.ts'

const waiting = 'waiting_for_confirmation'

const rowOf = (one: ExaminedBoot): readonly string[] =>
  one.ok
    ? [one.zone, one.boot, one.state, one.measurement.slice(0, 16), one.node]
    : ['?', '', one.code, '', one.node]

const bootsText = ({ boots }: BootStatement): string =>
  boots.map(({ zone, boot }) => `${zone} ${boot}`).join('\n')

const propose: MakeCommand = (around) =>
  withClientOptions(new Command('propose'))
    .description('verify the nodes that wait, and write a statement on their boots for governors')
    .requiredOption('--out <file>', 'where to')
    .action(
      run(around, async (talk, options: ClientOptions & { readonly out: string }) => {
        const nowMs = around.now()
        const manifest = await readManifest(meshLayout(dirOf(options, around)), nowMs)
        const transport = nodeTransport({ pin: false })
        const known = await meshSettings(options, around)
        const examined = await examineBoots({ ...known, transport, now: around.now })
        transport.close?.()
        const boots = examined.flatMap((one) =>
          one.ok && one.state === waiting ? [{ zone: one.zone, boot: one.boot }] : [],
        )
        if (examined.some((one) => one.ok && one.simulated)) talk.say(simulatedWarning)
        const head = ['ZONE', 'BOOT', 'STATE', 'CODE', 'NODE']
        talk.say(table([head, ...examined.map(rowOf)]))
        const proposal = proposeBoots(manifest, boots, { nowMs, lifetimeMs: statementLifetimeMs })
        await bootProposals.write(resolve(around.cwd, options.out), proposal)
        talk.data({ examined, statement: proposal.content }, bootsText(proposal.content))
      }),
    )

const sign = signStatementCommand(bootProposals, bootsText)

const apply: MakeCommand = (around) =>
  withClientOptions(new Command('apply'))
    .description('give a statement that enough governors signed to the nodes that it names')
    .argument('<file>', 'the statement')
    .action(
      run(around, async (talk, file: string, options: ClientOptions) => {
        const proposal = await bootProposals.read(resolve(around.cwd, file))
        const transport = nodeTransport({ pin: false })
        const { nodes } = await meshSettings(options, around)
        const taken = await applyBoots({ nodes, transport }, signedStatement(proposal))
        transport.close?.()
        talk.data({ taken }, taken.map(({ node, code }) => `${node} ${code}`).join('\n'))
      }),
    )

export const coldStartCommands: readonly MakeCommand[] = [propose, sign, apply]
