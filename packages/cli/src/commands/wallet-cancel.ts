/** `holdfast wallet cancel`: ends a creation that is pending and was sent to no other zone. */
import { type CancelAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

export const cancelText = ({ wallet, durability }: CancelAnswer): string => {
  const { state, confirmed, missing } = durability
  const recorded = `recorded by ${confirmed.join(', ')}`
  return state === 'final'
    ? `${wallet}: cancelled, ${recorded}`
    : `${wallet}: cancelled, ${recorded}; pending until a majority has it, of ${missing.join(', ')}`
}

export const walletCancelCommand: MakeCommand = (around) =>
  withClientOptions(new Command('cancel'))
    .description('end a creation that is pending, where its home could send it to no other zone')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, wallet: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.cancelWallet(WalletId(wallet))
        talk.data(answer, cancelText(answer))
      }),
    )
