/** `holdfast login`: a password becomes a file that signs for an hour. */
import { resolve } from 'node:path'
import { formatLogin, PersonId, WalletId } from '@holdfast/sdk'
import { readLogin } from '@holdfast/sdk/node'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { exists, secretFile, writeWhole } from '../mesh-folder/files.ts'
import { readPassword } from '../read-password.ts'

type Options = ClientOptions & { readonly person: string; readonly passwordFile?: string }

/** Of the login that the file holds by now, which this one replaces; another file is refused. */
const deviceOf = async (path: string): Promise<{ readonly device?: string }> => {
  if (!(await exists(path))) return {}
  using before = await readLogin(path)
  return { device: before.device }
}

export const loginCommand: MakeCommand = (around) =>
  withClientOptions(new Command('login'))
    .description('log in by a password; the file then signs for an hour, given as --key')
    .argument('<wallet>', 'id, wal_…')
    .argument('<file>', 'of the login: a new one, or one to renew')
    .requiredOption('--person <id>', 'who logs in')
    .option('--password-file <file>', 'the password, else it is asked for')
    .action(
      run(around, async (talk, id: string, file: string, options: Options) => {
        const path = resolve(around.cwd, file)
        const known = await deviceOf(path)
        const asking = { file: options.passwordFile, question: `Password of ${options.person}` }
        const password = await readPassword(around, asking)
        using client = await openClient(options, around, talk, 'nobody')
        const person = PersonId(options.person)
        using login = await client.login({ wallet: WalletId(id), person, password, ...known })
        const content = formatLogin(login)
        await writeWhole(path, content, secretFile)
        content.fill(0)
        const { id: credential, expiresAt } = login
        const text = `${credential} signs until ${expiresAt} by --key ${path}`
        talk.data({ credential, expiresAt, file: path }, text)
      }),
    )
