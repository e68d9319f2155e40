/** `holdfast wallet show`: one wallet, and which zones have it. */
import { WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { walletText } from '../wallet-text.ts'

export const walletShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('a wallet: accounts, keys, zones')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, wallet: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.showWallet(WalletId(wallet))
        talk.data(answer, walletText(answer))
      }),
    )
