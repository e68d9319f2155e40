/** `holdfast policy dry-run`: what the policy says of a transaction now, without signing it. */
import { toBase64Url, toHex } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { type DryRunAnswer, WalletId } from '@holdfast/sdk'
import { Command, Option } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { base64Bytes, hexBytes, readValue } from '../input.ts'
import { selectAccount } from '../select-account.ts'
import { effectText } from '../sign-text.ts'

type Chain = 'ethereum' | 'bitcoin' | 'solana'
type Options = ClientOptions & { readonly account?: string; readonly chain: Chain }

const payloadOf: Readonly<Record<Chain, (text: string) => SignPayload>> = {
  ethereum: (text) => ({
    kind: 'ethereum.transaction',
    transaction: toHex(hexBytes(text, 'transaction')),
  }),
  bitcoin: (text) => ({ kind: 'bitcoin.psbt', psbt: toBase64Url(base64Bytes(text, 'psbt')) }),
  solana: (text) => ({
    kind: 'solana.message',
    message: toBase64Url(base64Bytes(text, 'message')),
  }),
}

const about = (subject: string | undefined): string =>
  subject === undefined ? '' : ` (${subject})`

const verdictText = ({ allowed, rule, refusal, needs, decoded }: DryRunAnswer): string =>
  [
    allowed
      ? `allowed by ${rule ?? ''}`
      : `denied: ${refusal?.code ?? ''}: ${refusal?.detail ?? ''}${about(refusal?.subject)}`,
    ...decoded.effects.map((effect) => `  would        ${effectText(effect)}`),
    ...needs.map(({ rule: by, quorum, have }) => {
      const so = have.length === 0 ? 'nobody' : have.join(', ')
      return `  ${by}: ${quorum} must authorise it; so far ${so}`
    }),
  ].join('\n')

const transactionOf = (text: string, options: Options, around: Surroundings) =>
  readValue(text, around).then(payloadOf[options.chain])

export const policyDryRunCommand: MakeCommand = (around) =>
  withClientOptions(new Command('dry-run'))
    .description('the live verdict on a transaction; leaves with status 1 where it is denied')
    .argument('<wallet>', 'id, wal_…')
    .argument('<transaction>', 'unsigned: hexadecimal, PSBT or message in base64; @file; -')
    .addOption(
      new Option('--chain <chain>', 'what it is of')
        .choices(['ethereum', 'bitcoin', 'solana'])
        .default('ethereum'),
    )
    .option('--account <id or address>', "default: the wallet's first on the chain")
    .action(
      run(around, async (talk, id: string, text: string, options: Options) => {
        const payload = await transactionOf(text, options, around)
        using client = await openClient(options, around, talk)
        const { account } = await selectAccount(client, {
          wallet: WalletId(id),
          chain: options.chain,
          ...(options.account === undefined ? {} : { account: options.account }),
        })
        const answer = await client.dryRun({ wallet: WalletId(id), account: account.id }, payload)
        talk.data(answer, verdictText(answer))
        if (!answer.allowed) around.exitCode(1)
      }),
    )
