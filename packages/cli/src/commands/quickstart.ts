/** `holdfast quickstart`: the main job against any mesh that runs. */
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { runQuickstart } from '../quickstart/run-quickstart.ts'

export const quickstartCommand: MakeCommand = (around) =>
  withClientOptions(new Command('quickstart'))
    .description('do the main job against a mesh: verify, make a wallet, sign, send')
    .action(
      run(around, async (talk, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const clientOf = () => openClient(options, around, talk)
        const { wallet, account } = await runQuickstart({ client, talk, clientOf })
        if (talk.json) talk.data({ wallet: wallet.id, account: account.id }, '')
      }),
    )
