/** `holdfast policy`: read, check, try and change the rules of a wallet. */

import { chain } from '@holdfast/base/chain'
import { RefusalError } from '@holdfast/base/errors'
import { checkCalls } from '@holdfast/base/policies/check-calls'
import { explainPolicy } from '@holdfast/base/policies/explain'
import { knownMethods } from '@holdfast/base/policies/known-methods'
import { lintPolicy } from '@holdfast/base/policies/lint'
import { policyTemplate, templateNames, templates } from '@holdfast/base/policies/templates'
import { parseValue } from '@holdfast/base/schema'
import { PersonId, WalletId } from '@holdfast/sdk'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { Argument, Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { integer } from '../input.ts'
import { policyOf, readPolicy } from '../policy/read-policy.ts'
import { walletText } from '../wallet-text.ts'

export const policyShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('the policy of a wallet as JSON, and what of it waits')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, id: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const { wallet } = await client.showWallet(WalletId(id))
        for (const { request, opensAt } of wallet.pending ?? []) {
          talk.say(`waits: ${request}, ${opensAt === undefined ? 'not yet' : `until ${opensAt}`}`)
        }
        talk.data(wallet.policy, JSON.stringify(wallet.policy, undefined, 2))
      }),
    )

export const policyExplainCommand: MakeCommand = (around) =>
  withClientOptions(new Command('explain'))
    .description('a policy in plain words')
    .argument('<policy>', 'id of a wallet, or file; - for stdin')
    .action(
      run(around, async (talk, named: string, options: ClientOptions) => {
        const { policy } = await policyOf(named, options, around, talk)
        const lines = explainPolicy(policy)
        talk.data({ lines }, lines.join('\n'))
      }),
    )

export const policyLintCommand: MakeCommand = (around) =>
  withClientOptions(new Command('lint'))
    .description('what is likely not meant in a policy; leaves with status 1 where it finds some')
    .argument('<policy>', 'id of a wallet, or file; - for stdin')
    .action(
      run(around, async (talk, named: string, options: ClientOptions) => {
        const { policy, persons } = await policyOf(named, options, around, talk)
        const checked = checkCalls(policy, { keccak256: keccak_256, known: knownMethods })
        if (!checked.ok) throw new RefusalError(checked.refusal)
        const findings = lintPolicy(policy, persons)
        const words = findings.map(({ kind, text }) => `${kind}: ${text}`)
        talk.data({ findings }, words.length === 0 ? 'nothing found' : words.join('\n'))
        if (findings.length > 0) around.exitCode(1)
      }),
    )

type TemplateOptions = {
  readonly owner: readonly string[]
  readonly server?: readonly string[]
  readonly to?: readonly string[]
  readonly maxAmount?: string
  readonly maxFee?: string
  readonly maxFeeRate?: string
  readonly daily?: string
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

const dailyOf = (text: string) => {
  const [name = '', amount = ''] = text.split(':')
  return { chain: parseValue(chain, name), amount: integer(amount, 'daily').toString() }
}

export const policyTemplateCommand: MakeCommand = (around) =>
  new Command('template')
    .description('a policy to begin with, as JSON')
    .addArgument(new Argument('<name>', 'which').choices(templateNames))
    .requiredOption('--owner <person>', 'an owner of the wallet; repeatable', collect)
    .option('--server <person>', 'a program that acts by itself; repeatable', collect)
    .option('--to <address>', 'a destination that is allowed; repeatable', collect)
    .option('--max-amount <units>', 'most of one asset in a transaction, in base units')
    .option('--daily <chain:units>', 'most of the coin that a program spends in a day')
    .option('--max-fee <units>', 'most that the chain may take')
    .option('--max-fee-rate <units>', 'most for a virtual byte or a unit of gas, in base units')
    .addHelpText(
      'after',
      () => `\n${templateNames.map((name) => `  ${name}: ${templates[name].about}`).join('\n')}`,
    )
    .action(
      run(around, async (talk, name: (typeof templateNames)[number], options: TemplateOptions) => {
        const { owner, server, to, maxAmount, maxFee, maxFeeRate, daily } = options
        const policy = policyTemplate(name, {
          owners: owner.map(PersonId),
          ...(server === undefined ? {} : { servers: server.map(PersonId) }),
          ...(to === undefined ? {} : { to }),
          ...(maxAmount === undefined ? {} : { maxAmount }),
          ...(maxFee === undefined ? {} : { maxFee }),
          ...(maxFeeRate === undefined ? {} : { maxFeeRate }),
          ...(daily === undefined ? {} : { daily: dailyOf(daily) }),
        })
        for (const line of explainPolicy(policy)) talk.say(line)
        talk.data(policy, JSON.stringify(policy, undefined, 2))
      }),
    )

export const policyChangeCommand: MakeCommand = (around) =>
  withClientOptions(new Command('change'))
    .description('put another policy in force: tighter at once, looser by its owners and delay')
    .argument('<wallet>', 'id, wal_…')
    .argument('<policy>', 'file; - for stdin')
    .option('--wait', 'where owners are missing, wait a day for their approval')
    .action(
      run(
        around,
        async (talk, id: string, path: string, options: ClientOptions & { wait?: true }) => {
          const policy = await readPolicy(path, around)
          using client = await openClient(options, around, talk)
          const wait = options.wait === true
          const answer = await client.changePolicy({ wallet: WalletId(id), policy, wait })
          for (const { request, opensAt } of answer.wallet.pending ?? []) {
            talk.say(`waits: ${request}${opensAt === undefined ? '' : `, until ${opensAt}`}`)
          }
          talk.data(answer, walletText(answer))
        },
      ),
    )

export const policyCancelCommand: MakeCommand = (around) =>
  withClientOptions(new Command('cancel'))
    .description('cancel a change that waits; any owner may')
    .argument('<wallet>', 'id, wal_…')
    .argument('<change>', 'as policy show names it')
    .action(
      run(around, async (talk, id: string, change: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.cancelChange({ wallet: WalletId(id), change })
        if (!answer.final) talk.say('not final yet: too few zones have it, or it came too late')
        talk.data(answer, answer.final ? 'cancelled' : 'recorded, not final')
      }),
    )
