/** `holdfast account add`: further accounts under a key. */
import { fail } from '@holdfast/base/errors'
import { ObjectId, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { parseAccount } from '../account-request.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { walletText } from '../wallet-text.ts'

type Options = ClientOptions & { readonly underKey?: string }

export const accountAddCommand: MakeCommand = (around) =>
  withClientOptions(new Command('add'))
    .description("add accounts: chain[:script[:network]][=path], such as ethereum=m/44'/60'/0'/0/1")
    .argument('<wallet>', 'id, wal_…')
    .argument('<accounts...>', 'accounts to add')
    .option('--under-key <id>', 'key of the wallet (default: its first)')
    .action(
      run(around, async (talk, id: string, texts: readonly string[], options: Options) => {
        const accounts = texts.map(parseAccount)
        using client = await openClient(options, around, talk)
        const wallet = WalletId(id)
        const { keys } = (await client.showWallet(wallet)).wallet
        const key = options.underKey === undefined ? keys[0]?.id : ObjectId(options.underKey)
        const answer = await client.addAccounts({
          wallet,
          key: key ?? fail('unknown', 'the wallet has no key'),
          accounts,
        })
        talk.data(answer, walletText(answer))
      }),
    )
