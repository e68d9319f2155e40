/** `holdfast credential change-password`: another password, by the old one. */
import { PersonId, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { readPassword } from '../read-password.ts'
import { revokedText } from '../wallet-text.ts'

type Options = ClientOptions & {
  readonly person: string
  readonly passwordFile?: string
  readonly newPasswordFile?: string
}

export const changePasswordCommand: MakeCommand = (around) =>
  withClientOptions(new Command('change-password'))
    .description('another password in place of yours; logins by the old one end')
    .argument('<wallet>', 'id, wal_…')
    .requiredOption('--person <id>', 'whose it is')
    .option('--password-file <file>', 'the old password, else it is asked for')
    .option('--new-password-file <file>', 'the new password, else it is asked for')
    .action(
      run(around, async (talk, id: string, options: Options) => {
        const { passwordFile, newPasswordFile } = options
        const password = await readPassword(around, { file: passwordFile, question: 'Password' })
        const question = 'New password'
        const asking = { file: newPasswordFile, question, twice: true }
        const newPassword = await readPassword(around, asking)
        using client = await openClient(options, around, talk, 'nobody')
        const of = { wallet: WalletId(id), person: PersonId(options.person) }
        const answer = await client.changePassword({ ...of, password, newPassword })
        talk.data(answer, `${answer.credential}\n${revokedText(answer)}`)
      }),
    )
