/** `holdfast wallet limits`: what is left of a wallet's limits, by window and zone. */
import { type LimitsAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { table } from '../table.ts'

type LimitState = LimitsAnswer['limits'][number]

const mostOf = ({ limit }: LimitState): string =>
  limit.type === 'signatures'
    ? `${limit.count} signatures`
    : `${limit.amount} ${limit.asset} on ${limit.chain}${
        limit.network === undefined ? '' : ` ${limit.network}`
      }`

const leftOf = ({ zones }: LimitState): string =>
  zones.map(({ zone, left }) => `${zone} ${left ?? 'not reached'}`).join(', ')

export const limitsText = ({ limits, time }: LimitsAnswer): string => {
  if (limits.length === 0) return 'the policy has no limits'
  const rows = limits.map((state) => [
    state.rule,
    mostOf(state),
    `left: ${leftOf(state)}`,
    `until ${state.endsAt}`,
  ])
  const host = "windows go by one host's clock, which nobody checks"
  return [table(rows), ...(time === 'host' ? [host] : [])].join('\n')
}

export const walletLimitsCommand: MakeCommand = (around) =>
  withClientOptions(new Command('limits'))
    .description('what is left of the limits of a wallet')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, wallet: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.showLimits(WalletId(wallet))
        talk.data(answer, limitsText(answer))
      }),
    )
