/** `holdfast doctor`: what is wrong here, and how to mend it. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type ClientOptions, dirOf, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import { serverFindings } from '../doctor/server-findings.ts'

const marks = { ok: '✓', warning: '!', wrong: '✗' } as const
const styles = { ok: 'green', warning: 'yellow', wrong: 'red' } as const

export const doctorCommand: MakeCommand = (around) =>
  withClientOptions(new Command('doctor'))
    .option('--server <folder>', 'examine this server for the node of that folder instead')
    .description('examine this machine, the mesh folder and the nodes; says how to mend')
    .action(
      run(around, async (talk, options: ClientOptions & { readonly server?: string }) => {
        const { server } = options
        const findings =
          server === undefined
            ? await examine(dirOf(options, around), options, around, talk)
            : await serverFindings(resolve(around.cwd, server))
        const lines = findings.flatMap(({ state, what, mend }) => [
          `${talk.style(styles[state], marks[state])} ${what}`,
          ...(mend === undefined ? [] : [`    ${mend}`]),
        ])
        talk.data({ findings }, lines.join('\n'))
        if (findings.some(({ state }) => state === 'wrong')) around.exitCode(1)
      }),
    )
