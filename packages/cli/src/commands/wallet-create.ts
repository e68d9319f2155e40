/** `holdfast wallet create`: a new wallet whose keys are made in an enclave. */
import { keyKinds } from '@holdfast/base/chain'
import { Command, Option } from 'commander'
import { accountRequests } from '../account-request.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { type PlacementOptions, walletOptions, withPlacementOptions } from '../placement-options.ts'
import { walletText } from '../wallet-text.ts'

type Options = ClientOptions &
  PlacementOptions & {
    readonly kind: (typeof keyKinds)[number]
    readonly words: string
    readonly account?: readonly string[]
  }

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const walletCreateCommand: MakeCommand = (around) =>
  withPlacementOptions(withClientOptions(new Command('create')))
    .description('make a wallet; its keys are made in an enclave and never leave')
    .argument('<name>', 'name for people')
    .addOption(
      new Option('--kind <kind>', 'seed phrase or single key').choices(keyKinds).default('bip39'),
    )
    .addOption(
      new Option('--words <number>', 'of a seed phrase').choices(['12', '24']).default('24'),
    )
    .option(
      '--account <chain[:script[:network]]>',
      'ethereum, solana, bitcoin:p2wpkh, bitcoin:p2tr:testnet, …; repeatable',
      collect,
    )
    .action(
      run(around, async (talk, name: string, options: Options) => {
        const accounts = accountRequests(options.account, options.kind)
        using client = await openClient(options, around, talk)
        const words = options.words === '12' ? 12 : 24
        const answer = await client.createWallet({
          ...walletOptions(name, options),
          keys: [
            {
              name: 'main',
              kind: options.kind,
              source: {
                type: 'generate',
                ...(options.kind === 'bip39' ? { words } : {}),
              },
              accounts: [...accounts],
            },
          ],
        })
        talk.data(answer, walletText(answer))
      }),
    )
