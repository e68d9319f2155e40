/** `holdfast placement`: which zones hold a wallet, and other zones instead. */
import { type WalletAnswer, WalletId, ZoneId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import {
  type ConstraintOptions,
  constraintsOf,
  withConstraintOptions,
} from '../placement-options.ts'

/** What is still open of the last change, in words. */
const openText = ({ wallet }: WalletAnswer): readonly string[] => {
  const { moved, pending = [] } = wallet
  return [
    ...pending.map(({ request, opensAt = 'a majority has recorded it' }) => {
      return `  waits         ${request}, until ${opensAt}`
    }),
    ...(moved?.from === undefined ? [] : [`  both agree    with ${moved.from.join(', ')}`]),
    ...(moved?.left === undefined ? [] : [`  yet to erase  ${moved.left.join(', ')}`]),
    ...(moved?.struck === undefined
      ? []
      : [`  struck        ${moved.struck.join(', ')} (lost for good, not known to have erased)`]),
  ]
}

export const placementText = (answer: WalletAnswer): string => {
  const { wallet, durability } = answer
  const { placement, home } = wallet
  return [
    `${wallet.id}  ${wallet.name}`,
    `  zones         ${placement.zones.join(', ')}; home ${home}`,
    `  constraints   ${JSON.stringify(placement.constraints)}`,
    `  durability    ${placement.durability}`,
    `  held by       ${durability.confirmed.join(', ')}`,
    ...openText(answer),
    `  state         ${durability.state}`,
  ].join('\n')
}

export const placementShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('which zones hold a wallet, and how far a change has come')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, wallet: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.showWallet(WalletId(wallet))
        talk.data(answer, placementText(answer))
      }),
    )

type ChangeOptions = ClientOptions & ConstraintOptions & { readonly wait?: true }

export const placementChangeCommand: MakeCommand = (around) =>
  withConstraintOptions(withClientOptions(new Command('change')))
    .description('let other zones hold a wallet; those that leave erase it')
    .argument('<wallet>', 'id, wal_…')
    .option('--wait', 'where owners are missing, wait a day for their approval')
    .action(
      run(around, async (talk, wallet: string, options: ChangeOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.changePlacement({
          wallet: WalletId(wallet),
          placement: constraintsOf(options),
          wait: options.wait === true,
          ...(options.durability === undefined ? {} : { durability: Number(options.durability) }),
        })
        talk.data(answer, placementText(answer))
      }),
    )

export const placementGiveUpCommand: MakeCommand = (around) =>
  withClientOptions(new Command('give-up'))
    .description('go on with one of two zones, because the other is gone')
    .argument('<wallet>', 'id, wal_…')
    .argument('<zone>', 'the zone that is gone')
    .action(
      run(around, async (talk, wallet: string, zone: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const named = { wallet: WalletId(wallet), zone: ZoneId(zone) }
        const answer = await client.giveUpZone(named)
        talk.data(answer, placementText(answer))
      }),
    )
