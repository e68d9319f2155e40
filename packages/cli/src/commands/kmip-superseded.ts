/** `holdfast kmip superseded`: changes over KMIP that another home left behind. */
import { type SupersededObjectsAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

export const supersededText = ({ objects, silent }: SupersededObjectsAnswer): string =>
  [
    ...(objects.length === 0 ? ['no change was left behind'] : []),
    ...objects.map(
      ({ object, epoch, version, at, by, zone }) =>
        `${object}  ${epoch}.${version} of ${at}, held by ${zone}; ` +
        `${by.epoch}.${by.version} stands instead`,
    ),
    ...(silent.length === 0 ? [] : [`not asked: ${silent.join(', ')}`]),
  ].join('\n')

export const kmipSupersededCommand: MakeCommand = (around) =>
  withClientOptions(new Command('superseded'))
    .description('changes of objects that another home left behind: to be made anew')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, wallet: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.supersededObjects(WalletId(wallet))
        talk.data(answer, supersededText(answer))
      }),
    )
