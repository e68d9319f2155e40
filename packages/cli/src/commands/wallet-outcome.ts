/** `holdfast wallet outcome`: what became of a change of a wallet. */
import { type OutcomeAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

const words: Readonly<Record<OutcomeAnswer['outcome'], string>> = {
  applied: 'applied: the wallet is what it is by it',
  waiting: 'waits for its delay',
  cancelled: 'cancelled by an owner',
  superseded: 'superseded: another home took over before enough zones held it; ask anew',
  unknown: 'unknown',
}

export const outcomeText = (answer: OutcomeAnswer): string => {
  const { outcome, version, superseded, durability, silent } = answer
  const pending = outcome === 'applied' && durability?.state === 'pending'
  return [
    words[outcome],
    ...(version === undefined ? [] : [`in version ${version.epoch}.${version.version}`]),
    ...(pending ? [`pending: ${durability.missing.join(', ')} do not have it yet`] : []),
    ...(superseded === undefined
      ? []
      : [
          `asked for by ${superseded.by?.join(', ') ?? 'nobody named'} at ${superseded.at}`,
          `held by ${superseded.zone} as version ${superseded.epoch}.${superseded.version}`,
        ]),
    ...(silent.length === 0 ? [] : [`not asked: ${silent.join(', ')}`]),
  ].join('\n')
}

export const walletOutcomeCommand: MakeCommand = (around) =>
  withClientOptions(new Command('outcome'))
    .description('what became of a change of a wallet, also of one that was pending')
    .argument('<wallet>', 'id, wal_…')
    .argument('<request>', "SHA-256 of the request's bytes, as the wallet names it (`request`)")
    .action(
      run(around, async (talk, wallet: string, request: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.outcome({ wallet: WalletId(wallet), request })
        talk.data(answer, outcomeText(answer))
      }),
    )
