/**
 * `holdfast home`: governors move the homes of wallets, give up zones that are gone, and strike
 * what waits for zones that are lost for good.
 */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import type { HomeReport, HomeStatement } from '@holdfast/base/home-statement'
import { ZoneId } from '@holdfast/base/ids'
import { Command } from 'commander'
import { type ClientOptions, dirOf, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { homesLifetimeMs } from '../limits.ts'
import { homeProposals, proposeHomes } from '../mesh-folder/home-proposal.ts'
import { meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { signedStatement } from '../mesh-folder/statement-proposal.ts'
import { table } from '../table.ts'
import { signStatementCommand } from './sign-proposal.ts'

type ProposeOptions = {
  readonly dir?: string
  readonly out: string
  readonly move?: readonly string[]
  readonly giveUp?: readonly string[]
  readonly lost?: readonly string[]
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

const moveOf = (text: string): HomeStatement['moves'][number] => {
  const [founder, home, ...more] = text.split('=')
  if (founder === undefined || home === undefined || more.length > 0) {
    return fail('invalid_field', 'a move is written founder=home', text)
  }
  return { founder: ZoneId(founder), home: ZoneId(home) }
}

const linesOf = ({ moves, givenUp, lost = [] }: HomeStatement): string =>
  [
    ...moves.map(({ founder, home }) => `wallets founded by ${founder}: home ${home}`),
    ...givenUp.map((zone) => `given up: ${zone}`),
    ...lost.map((zone) => `lost for good: ${zone} (nobody waits for it to erase wallets)`),
  ].join('\n')

const propose: MakeCommand = (around) =>
  new Command('propose')
    .description('write a statement on homes, unsigned, into a file for governors')
    .requiredOption('--out <file>', 'where to')
    .option('--dir <folder>', 'folder of the mesh')
    .option('--move <founder=home>', 'wallets that a zone founded get this home', collect)
    .option('--give-up <zone>', 'a zone that is gone: what is left decides alone', collect)
    .option('--lost <zone>', 'a zone that will never say that it erased what left it', collect)
    .action(
      run(around, async (talk, options: ProposeOptions) => {
        const nowMs = around.now()
        const manifest = await readManifest(meshLayout(dirOf(options, around)), nowMs)
        const moves = (options.move ?? []).map(moveOf)
        const givenUp = (options.giveUp ?? []).map((zone) => ZoneId(zone))
        const lost = (options.lost ?? []).map((zone) => ZoneId(zone))
        const said = { moves, givenUp, ...(lost.length > 0 && { lost }) }
        const times = { nowMs, lifetimeMs: homesLifetimeMs }
        const proposal = proposeHomes(manifest, said, times)
        await homeProposals.write(resolve(around.cwd, options.out), proposal)
        talk.data(proposal.content, linesOf(proposal.content))
      }),
    )

const sign = signStatementCommand(homeProposals, linesOf)

const removalLines = (removals: NonNullable<HomeReport['removals']>): string => {
  const rows = removals.map(({ zone, home, struck, open }) => [
    zone,
    home,
    String(struck),
    String(open),
  ])
  return table([['LOST ZONE', 'HOME', 'REMOVALS STRUCK', 'STILL OPEN'], ...rows])
}

const reportLines = ({ groups, removals = [], unreachable }: HomeReport): string => {
  const rows = groups.map(({ founder, zones, home, state, code = '', subject = '' }) => [
    founder,
    zones.join(' '),
    home,
    state,
    `${code} ${subject}`.trim(),
  ])
  const head = ['FOUNDED BY', 'ZONES', 'HOME', 'STATE', 'WAITS FOR']
  const parts = [
    ...(groups.length === 0 ? [] : [table([head, ...rows])]),
    ...(removals.length === 0 ? [] : [removalLines(removals)]),
  ]
  const told = unreachable.length === 0 ? [] : [`not told yet: ${unreachable.join(', ')}`]
  const done = parts.length === 0 ? ['nothing to move, nothing to strike'] : parts
  return [...done, ...told].join('\n')
}

const apply: MakeCommand = (around) =>
  withClientOptions(new Command('apply'))
    .description('give a statement that enough governors signed to the mesh')
    .argument('<file>', 'the statement')
    .action(
      run(around, async (talk, file: string, options: ClientOptions) => {
        const proposal = await homeProposals.read(resolve(around.cwd, file))
        using client = await openClient(options, around, talk)
        const report = await client.applyHomes(signedStatement(proposal))
        talk.data(report, reportLines(report))
      }),
    )

export const homeCommands: readonly MakeCommand[] = [propose, sign, apply]
