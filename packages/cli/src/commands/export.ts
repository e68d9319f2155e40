/** `holdfast export request` and `fetch`: the secret of a key, for one recipient. */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import { checkGuardianPublicKey, ObjectId, openExport, type Wallet, WalletId } from '@holdfast/sdk'
import { Command } from 'commander'
import { readGuardianKey, secretFile, writeNew } from '../backup/files.ts'
import { restoredKeys } from '../backup/restored-text.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

type RequestOptions = ClientOptions & { readonly recipient: string; readonly wait?: true }

const stateOf = (wallet: Wallet, key: ObjectId, recipient: string): string => {
  const granted = wallet.exports?.findLast((one) => one.key === key && one.recipient === recipient)
  if (granted !== undefined) return `granted ${granted.request}`
  const waits = wallet.pending?.at(-1)
  return waits === undefined
    ? 'not granted'
    : `waits ${waits.request}, ${waits.opensAt ?? 'until a majority of the zones has it'}`
}

export const exportRequestCommand: MakeCommand = (around) =>
  withClientOptions(new Command('request'))
    .description('ask that a key may leave, sealed to one recipient; waits as the policy says')
    .argument('<wallet>', 'id, wal_…')
    .argument('<key>', 'id, key_…')
    .requiredOption('--recipient <key>', 'what holdfast guardian key printed')
    .option('--wait', 'where owners are missing, wait a day for their approval')
    .action(
      run(around, async (talk, id: string, named: string, options: RequestOptions) => {
        const recipient = checkGuardianPublicKey(options.recipient)
        const key = ObjectId(named)
        using client = await openClient(options, around, talk)
        const { wallet } = await client.exportKey({
          wallet: WalletId(id),
          key,
          recipient,
          wait: options.wait === true,
        })
        const { exports = [], pending = [] } = wallet
        talk.data({ wallet: id, exports, pending }, stateOf(wallet, key, recipient))
      }),
    )

type FetchOptions = ClientOptions & { readonly recipientKey: string; readonly out: string }

export const exportFetchCommand: MakeCommand = (around) =>
  withClientOptions(new Command('fetch'))
    .description('fetch a granted export and open it')
    .argument('<wallet>', 'id, wal_…')
    .argument('<export>', 'name of the export, as request printed it')
    .requiredOption('--recipient-key <file>', 'key of the recipient')
    .requiredOption('--out <file>', 'new file for the key, readable by you alone')
    .action(
      run(around, async (talk, id: string, named: string, options: FetchOptions) => {
        using recipient = await readGuardianKey(resolve(around.cwd, options.recipientKey))
        using client = await openClient(options, around, talk)
        const wallet = WalletId(id)
        const answer = await client.fetchExport({ wallet, export: named })
        const exported = openExport(answer, { mesh: client.mesh, recipient })
        const shown = await client.showWallet(wallet)
        const accounts = shown.wallet.accounts.filter(({ key }) => key === exported.id)
        const [key] = restoredKeys({ keys: [exported], accounts })
        exported.secret.fill(0)
        if (key === undefined) return fail('internal', 'nothing was exported')
        const out = resolve(around.cwd, options.out)
        const text = JSON.stringify({ wallet, mesh: client.mesh, keys: [key] }, null, 2)
        await writeNew(out, `${text}\n`, secretFile)
        return talk.data({ wallet, key: exported.id, out }, `${exported.id} in ${out}`)
      }),
    )
