/** `holdfast approvals`: what waits for persons, and one's own word on it. */
import { fromBase64Url, fromUtf8 } from '@holdfast/base/bytes'
import { type ApprovalAnswer, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { effectText } from '../sign-text.ts'
import { table } from '../table.ts'

const needText = ({ needs }: ApprovalAnswer['approval']): readonly string[] =>
  needs.map(({ rule, quorum, persons, have }) => {
    const by = persons === undefined ? '' : ` of ${persons.join(', ')}`
    return `  needs        ${quorum}${by} (${rule}); so far ${have.join(', ') || 'nobody'}`
  })

const approvalText = ({ approval }: ApprovalAnswer): string => {
  const { state, decoded, request, operation, approved, rejected, expiresAt, code } = approval
  const words = (said: typeof approved): string => said.map(({ person }) => person).join(', ')
  return [
    `${request}  ${operation}  ${state}${code === undefined ? '' : ` (${code})`}`,
    ...(decoded === undefined
      ? [`  asks         ${fromUtf8(fromBase64Url(approval.bytes))}`]
      : decoded.effects.map((effect) => `  would        ${effectText(effect)}`)),
    ...(state === 'waiting' ? needText(approval) : []),
    ...(approved.length === 0 ? [] : [`  approved by  ${words(approved)}`]),
    ...(rejected.length === 0 ? [] : [`  rejected by  ${words(rejected)}`]),
    `  expires      ${expiresAt}`,
  ].join('\n')
}

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
