/** `holdfast freeze` and `unfreeze`: nothing of a wallet is signed until its owners say so. */
import { type MarkAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { exposureText, walletText } from '../wallet-text.ts'

const frozenText = ({ marks, exposure }: MarkAnswer): string =>
  [
    ...marks.flatMap((mark) =>
      mark.type === 'freeze' ? [`frozen by ${mark.person} in ${mark.zone}: ${mark.id}`] : [],
    ),
    exposureText(exposure),
  ].join('\n')

export const freezeCommand: MakeCommand = (around) =>
  withClientOptions(new Command('freeze'))
    .description('stop every signature of a wallet, at every zone that can be reached')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, id: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.freezeWallet(WalletId(id))
        talk.data(answer, frozenText(answer))
      }),
    )

type UnfreezeOptions = ClientOptions & { readonly wait?: true }

export const unfreezeCommand: MakeCommand = (around) =>
  withClientOptions(new Command('unfreeze'))
    .description('lift freezes: by the owners and after the delay that the policy names')
    .argument('<wallet>', 'id, wal_…')
    .argument('[freeze...]', 'which, as wallet show names them; all where none is named')
    .option('--wait', 'where owners are missing, wait a day for their approval')
    .action(
      run(around, async (talk, id: string, named: string[], options: UnfreezeOptions) => {
        using client = await openClient(options, around, talk)
        const wallet = WalletId(id)
        const { marks = [] } = await client.showWallet(wallet)
        const all = marks.filter(({ type }) => type === 'freeze').map((mark) => mark.id)
        const answer = await client.unfreezeWallet({
          wallet,
          marks: named.length > 0 ? named : all,
          wait: options.wait === true,
        })
        talk.data(answer, walletText(answer))
      }),
    )
