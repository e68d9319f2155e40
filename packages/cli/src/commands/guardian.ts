/** `holdfast guardian …`: what someone does who keeps a share of a wallet's backup. */
import { resolve } from 'node:path'
import { generateGuardianKey, openShare, sealShareTo, shareText, ZoneId } from '@holdfast/sdk'
import { Command } from 'commander'
import {
  publicFile,
  readGuardianKey,
  readJson,
  readShare,
  sealedBackupFile,
  secretFile,
  writeGuardianKey,
  writeNew,
} from '../backup/files.ts'
import { sharePage } from '../backup/share-page.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

export const guardianKeyCommand: MakeCommand = (around) =>
  new Command('key')
    .description('make the key of a guardian; prints what the owner of a wallet needs of it')
    .argument('<file>', 'new file for the private key')
    .action(
      run(around, async (talk, file: string) => {
        using key = generateGuardianKey()
        const path = resolve(around.cwd, file)
        await writeGuardianKey(path, key)
        talk.data({ publicKey: key.publicKey, file: path }, key.publicKey)
      }),
    )

type OpenOptions = { readonly key: string; readonly out: string; readonly page?: string }

export const guardianOpenCommand: MakeCommand = (around) =>
  new Command('open')
    .description('open your share of a backup and write it down; needs no network')
    .argument('<backup>', 'file that holdfast backup make or show wrote')
    .requiredOption('--key <file>', 'your key')
    .requiredOption('--out <file>', 'new file for the letters of the share')
    .option('--page <file>', 'also an HTML page with a QR code, to print')
    .action(
      run(around, async (talk, file: string, options: OpenOptions) => {
        const backup = await readJson(resolve(around.cwd, file), sealedBackupFile)
        using key = await readGuardianKey(resolve(around.cwd, options.key))
        const share = openShare(backup, key)
        const out = resolve(around.cwd, options.out)
        await writeNew(out, shareText(share), secretFile)
        if (options.page !== undefined) {
          await writeNew(resolve(around.cwd, options.page), sharePage(share), secretFile)
        }
        const { guardian, set, wallet, threshold } = share
        share.share.fill(0)
        talk.data(
          { guardian, wallet, set, threshold, out },
          `share of ${guardian} in ${out}; ${threshold} guardians restore ${wallet}`,
        )
      }),
    )

type SealOptions = ClientOptions & { readonly zone: string; readonly out: string }

export const guardianSealCommand: MakeCommand = (around) =>
  withClientOptions(new Command('seal'))
    .description('for a drill: seal your share to a verified enclave, which alone can open it')
    .argument('<share>', 'file of the letters of your share')
    .requiredOption('--zone <id>', 'home of the wallet')
    .requiredOption('--out <file>', 'new file for the owner')
    .action(
      run(around, async (talk, file: string, options: SealOptions) => {
        const share = await readShare(file, around)
        using client = await openClient(options, around, talk)
        const enclave = await client.verify({ zone: ZoneId(options.zone) })
        const { wallet, set } = share
        const sealed = { wallet, set, share: sealShareTo(enclave, share) }
        share.share.fill(0)
        const out = resolve(around.cwd, options.out)
        await writeNew(out, `${JSON.stringify(sealed)}\n`, publicFile)
        talk.data({ wallet, set, out }, `sealed to ${sealed.share.boot} in ${out}`)
      }),
    )
