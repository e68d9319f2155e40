/** `holdfast audit show` and `verify`: what was decided for a wallet, and whether the logs hold. */
import { resolve } from 'node:path'
import { signAnswer } from '@holdfast/base/answers'
import { RefusalError } from '@holdfast/base/errors'
import { type AuditDecision, type AuditReport, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { z } from 'zod'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { readJson } from '../mesh-folder/files.ts'
import { table } from '../table.ts'

const line = (one: AuditDecision): string[] => [
  one.at,
  one.outcome,
  one.operation,
  one.persons.join(', '),
  one.code ?? one.version ?? one.rule ?? '',
  one.zone,
  one.request.slice(0, 16),
]

const decisionsText = (decisions: readonly AuditDecision[]): string =>
  decisions.length === 0 ? 'no decisions' : table(decisions.map(line))

export const auditShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('what was signed, changed, denied and why, by all zones of a wallet')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, id: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const report = await client.verifyAudit({ wallet: WalletId(id) })
        for (const { zone, detail } of report.problems) talk.say(`${zone}: ${detail}`)
        talk.data(report, decisionsText(report.decisions))
      }),
    )

const reportText = ({ chains, problems, decisions }: AuditReport): string =>
  [
    ...chains.map(({ zone, boot, entries, seenBy }) => {
      const seen = seenBy.map((one) => `${one.zone} to ${one.index}`).join(', ')
      return `${zone}  ${boot}  ${entries} entries${seen === '' ? '' : `; seen by ${seen}`}`
    }),
    `${decisions.length} decisions of this wallet`,
    problems.length === 0 ? 'the logs hold' : `${problems.length} problems`,
  ].join('\n')

type VerifyOptions = ClientOptions & { readonly receipt?: readonly string[] }

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** What `holdfast sign … --json` wrote, or its receipt alone. */
const receiptFile = z.union([
  signAnswer.transform(({ receipt }) => receipt),
  signAnswer.shape.receipt,
])

export const auditVerifyCommand: MakeCommand = (around) =>
  withClientOptions(new Command('verify'))
    .description("walk the zones' logs and compare them with each other and with receipts")
    .argument('<wallet>', 'id, wal_…')
    .option('--receipt <file>', 'JSON of a signature or its receipt; repeatable', collect)
    .action(
      run(around, async (talk, id: string, options: VerifyOptions) => {
        const receipts = await Promise.all(
          (options.receipt ?? []).map((path) => readJson(resolve(around.cwd, path), receiptFile)),
        )
        using client = await openClient(options, around, talk)
        const report = await client.verifyAudit({ wallet: WalletId(id), receipts })
        talk.data(report, reportText(report))
        const [first] = report.problems
        if (first === undefined) return
        for (const { zone, code, detail } of report.problems) {
          talk.say(talk.style('red', `${zone}: ${code}: ${detail}`))
        }
        throw new RefusalError({ code: first.code, detail: first.detail, subject: first.zone })
      }),
    )
