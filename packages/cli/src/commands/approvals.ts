/** `holdfast approvals`: what waits for persons, and one's own word on it. */
import { WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { approvalText } from '../approval-text.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { table } from '../table.ts'

export const approvalsListCommand: MakeCommand = (around) =>
  withClientOptions(new Command('list'))
    .description('requests of a wallet that wait for persons')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, id: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.approvals(WalletId(id))
        const rows = answer.approvals.map(({ request, operation, state, expiresAt }) => [
          request,
          operation,
          state,
          expiresAt,
        ])
        talk.data(answer, rows.length === 0 ? 'nothing waits' : table(rows))
      }),
    )

export const approvalsShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('what a request would do, who is needed and who has spoken')
    .argument('<wallet>', 'id, wal_…')
    .argument('<request>', 'as approvals list names it')
    .action(
      run(around, async (talk, id: string, request: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.approval({ wallet: WalletId(id), request })
        talk.data(answer, approvalText(answer))
      }),
    )

const decideCommand =
  (word: 'approve' | 'reject', description: string): MakeCommand =>
  (around) =>
    withClientOptions(new Command(word))
      .description(description)
      .argument('<wallet>', 'id, wal_…')
      .argument('<request>', 'as approvals list names it')
      .action(
        run(around, async (talk, id: string, request: string, options: ClientOptions) => {
          using client = await openClient(options, around, talk)
          const answer = await client[word]({ wallet: WalletId(id), request })
          talk.data(answer, approvalText(answer))
        }),
      )

export const approvalsApproveCommand = decideCommand(
  'approve',
  'prove by the key that you approve these very bytes',
)
export const approvalsRejectCommand = decideCommand('reject', 'end a request that waits')
