/** `holdfast doctor`: what is wrong here, and how to mend it. */
import { Command } from 'commander'
import { type ClientOptions, dirOf, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { examine } from '../doctor/examine.ts'

const marks = { ok: '✓', warning: '!', wrong: '✗' } as const
const styles = { ok: 'green', warning: 'yellow', wrong: 'red' } as const

export const doctorCommand: MakeCommand = (around) =>
  withClientOptions(new Command('doctor'))
    .description('examine this machine, the mesh folder and the nodes; says how to mend')
    .action(
      run(around, async (talk, options: ClientOptions) => {
        const findings = await examine(dirOf(options, around), options, around, talk)
        const lines = findings.flatMap(({ state, what, mend }) => [
          `${talk.style(styles[state], marks[state])} ${what}`,
          ...(mend === undefined ? [] : [`    ${mend}`]),
        ])
        talk.data({ findings }, lines.join('\n'))
        if (findings.some(({ state }) => state === 'wrong')) around.exitCode(1)
      }),
    )
