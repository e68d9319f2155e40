/** `holdfast wallet list`: the wallets that name this credential. */
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { table } from '../table.ts'

export const walletListCommand: MakeCommand = (around) =>
  withClientOptions(new Command('list'))
    .description('the wallets at this node that name your credential')
    .action(
      run(around, async (talk, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.listWallets()
        const rows = answer.wallets.map(({ id, name, home, zones, accounts, state }) => [
          id,
          name,
          home,
          zones.join(','),
          state ?? accounts.map(({ chain, address }) => `${chain} ${address}`).join('  '),
        ])
        talk.data(answer, table([['WALLET', 'NAME', 'HOME', 'ZONES', 'ACCOUNTS'], ...rows]))
      }),
    )
