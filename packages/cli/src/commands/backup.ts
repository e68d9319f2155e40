/** `holdfast backup …`: shares of a wallet's keys for guardians, and the drill with them. */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import {
  backupStateOf,
  checkGuardianPublicKey,
  type Guardian,
  sealedBackup,
  type Wallet,
  WalletId,
} from '@holdfast/sdk'
import { Command } from 'commander'
import { publicFile, readJson, sealedShareFile, writeNew } from '../backup/files.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'

const collect = (value: string, before: readonly string[] = []) => [...before, value]

const guardianOf = (text: string): Guardian => {
  const at = text.indexOf('=')
  if (at < 1) return fail('invalid_field', 'a guardian is NAME=PUBLICKEY', text.slice(0, 80))
  return { name: text.slice(0, at), publicKey: checkGuardianPublicKey(text.slice(at + 1)) }
}

const inWords = (wallet: Wallet, out: string): string => {
  const { set } = sealedBackup(wallet)
  return [
    `backup     ${set.id}, ${set.threshold} of ${set.guardians.length}`,
    `guardians  ${set.guardians.map(({ name }) => name).join(', ')}`,
    `file       ${out}: give it to each; 'holdfast guardian open' opens his own share`,
    `state      ${backupStateOf(wallet)}; home ${wallet.home}`,
  ].join('\n')
}

type MakeOptions = ClientOptions & {
  readonly threshold: string
  readonly guardian: readonly string[]
  readonly out: string
}

export const backupMakeCommand: MakeCommand = (around) =>
  withClientOptions(new Command('make'))
    .description('split the keys of a wallet among guardians, each share sealed to one of them')
    .argument('<wallet>', 'id, wal_…')
    .requiredOption('--threshold <m>', 'how many guardians restore it')
    .requiredOption('--guardian <name=key>', 'name and public key; repeatable', collect)
    .requiredOption('--out <file>', 'new file to give to the guardians')
    .action(
      run(around, async (talk, id: string, options: MakeOptions) => {
        const guardians = options.guardian.map(guardianOf)
        using client = await openClient(options, around, talk)
        const { wallet } = await client.backUpWallet({
          wallet: WalletId(id),
          threshold: Number(options.threshold),
          guardians,
        })
        const out = resolve(around.cwd, options.out)
        const backup = sealedBackup(wallet)
        await writeNew(out, `${JSON.stringify(backup)}\n`, publicFile)
        talk.data({ ...backup, state: backupStateOf(wallet), out }, inWords(wallet, out))
      }),
    )

type ShowOptions = ClientOptions & { readonly set?: string; readonly out: string }

export const backupShowCommand: MakeCommand = (around) =>
  withClientOptions(new Command('show'))
    .description('write the file for the guardians again')
    .argument('<wallet>', 'id, wal_…')
    .option('--set <id>', 'which backup (default: the newest)')
    .requiredOption('--out <file>', 'new file to give to the guardians')
    .action(
      run(around, async (talk, id: string, options: ShowOptions) => {
        using client = await openClient(options, around, talk)
        const { wallet } = await client.showWallet(WalletId(id))
        const backup = sealedBackup(wallet, options.set)
        const out = resolve(around.cwd, options.out)
        await writeNew(out, `${JSON.stringify(backup)}\n`, publicFile)
        talk.data({ ...backup, state: backupStateOf(wallet), out }, inWords(wallet, out))
      }),
    )

type SealedShare = Awaited<ReturnType<typeof readSealedShare>>

const readSealedShare = (path: string) => readJson(path, sealedShareFile)

const ofOneBackup = (files: readonly SealedShare[]): SealedShare => {
  const [first] = files
  return first === undefined || files.some(({ set }) => set !== first.set)
    ? fail('bad_share', 'the shares are of different backups')
    : first
}

type ProveOptions = ClientOptions & { readonly share: readonly string[] }

export const backupProveCommand: MakeCommand = (around) =>
  withClientOptions(new Command('prove'))
    .description("end a drill: the home's enclave restores the keys from sealed shares, in itself")
    .requiredOption('--share <file>', 'file of holdfast guardian seal; repeatable', collect)
    .action(
      run(around, async (talk, options: ProveOptions) => {
        const files = await Promise.all(
          options.share.map((path) => readSealedShare(resolve(around.cwd, path))),
        )
        const first = ofOneBackup(files)
        using client = await openClient(options, around, talk)
        const answer = await client.proveBackup({
          wallet: first.wallet,
          set: first.set,
          shares: files.map(({ share }) => share),
        })
        const state = backupStateOf(answer.wallet)
        talk.data({ wallet: first.wallet, set: first.set, state }, `${first.wallet} is ${state}`)
      }),
    )
