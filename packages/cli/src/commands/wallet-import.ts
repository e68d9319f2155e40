/** `holdfast wallet import`: a key that exists, sealed to a verified enclave of its home. */
import { password as askPassword } from '@clack/prompts'
import { fromUtf8 } from '@holdfast/base/bytes'
import { type KeyKind, keyKinds } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import { type ImportSource, secretText } from '@holdfast/sdk'
import { Command, Option } from 'commander'
import { accountRequests } from '../account-request.ts'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { hexBytes, readFileOrStdin } from '../input.ts'
import { type PlacementOptions, walletOptions, withPlacementOptions } from '../placement-options.ts'
import { walletText } from '../wallet-text.ts'

const formats = ['raw', 'wif', 'mnemonic', 'pkcs8', 'keystore'] as const
type Format = (typeof formats)[number]

type Options = ClientOptions &
  PlacementOptions & {
    readonly format: Format
    readonly file: string
    readonly kind?: KeyKind
    readonly account?: readonly string[]
    readonly passphraseFile?: string
    readonly askPassphrase?: true
  }

const usualKind: Readonly<Record<Format, KeyKind>> = {
  raw: 'secp256k1',
  wif: 'secp256k1',
  mnemonic: 'bip39',
  pkcs8: 'p256',
  keystore: 'secp256k1',
}

/** From a file or from the terminal; never from the command line, which others can read. */
const passphraseOf = async (
  options: Options,
  around: Surroundings,
): Promise<string | undefined> => {
  const path = options.passphraseFile ?? around.env['HOLDFAST_PASSPHRASE_FILE']
  if (path !== undefined) {
    return fromUtf8(await readFileOrStdin(path, around)).replace(/\r?\n$/, '')
  }
  if (options.askPassphrase !== true && options.format !== 'keystore') return undefined
  if (!around.stdin.isTTY) {
    return fail('wrong_passphrase', 'name the passphrase by --passphrase-file')
  }
  const answer = await askPassword({ message: 'Passphrase' })
  return typeof answer === 'string' ? answer : fail('wrong_passphrase', 'none was given')
}

/** Hexadecimal text becomes the bytes that it stands for; 32 other bytes are the key itself. */
const rawSecret = (bytes: Uint8Array): Secret => {
  if (bytes.length === 32) return new BufferSecret(bytes)
  const secret = hexBytes(fromUtf8(bytes).trim(), 'file')
  bytes.fill(0)
  return new BufferSecret(secret)
}

const textSecret = (bytes: Uint8Array): Secret => {
  const secret = secretText(fromUtf8(bytes).trim().replace(/\s+/g, ' '))
  bytes.fill(0)
  return secret
}

const sourceOf = async (options: Options, around: Surroundings): Promise<ImportSource> => {
  const bytes = await readFileOrStdin(options.file, around)
  const passphrase = await passphraseOf(options, around)
  const { format } = options
  if (format === 'keystore') return { format, file: bytes, password: passphrase ?? '' }
  if (format === 'raw') return { format, secret: rawSecret(bytes) }
  if (format === 'pkcs8') return { format, secret: new BufferSecret(bytes) }
  if (format === 'wif') return { format, secret: textSecret(bytes) }
  return {
    format,
    secret: textSecret(bytes),
    ...(passphrase === undefined ? {} : { passphrase: secretText(passphrase) }),
  }
}

const erase = (source: ImportSource): void => {
  if ('secret' in source) source.secret[Symbol.dispose]()
  if ('passphrase' in source) source.passphrase[Symbol.dispose]()
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const walletImportCommand: MakeCommand = (around) =>
  withPlacementOptions(withClientOptions(new Command('import')))
    .description('import a key; it leaves this machine only sealed to a verified enclave')
    .argument('<name>', 'name for people')
    .addOption(
      new Option('--format <format>', 'what the file holds').choices(formats).makeOptionMandatory(),
    )
    .option('--file <path>', 'file of the key; - is stdin', '-')
    .addOption(new Option('--kind <kind>', 'curve of the key').choices(keyKinds))
    .option('--account <chain>', 'as for create; repeatable', collect)
    .option('--passphrase-file <path>', 'of a keystore or a seed phrase')
    .option('--ask-passphrase', 'ask for it on the terminal')
    .action(
      run(around, async (talk, name: string, options: Options) => {
        const kind = options.kind ?? usualKind[options.format]
        const accounts = accountRequests(options.account, kind)
        const source = await sourceOf(options, around)
        try {
          using client = await openClient(options, around, talk)
          const answer = await client.importWallet({
            ...walletOptions(name, options),
            keys: [{ name: 'imported', kind, source, accounts }],
          })
          talk.data(answer, walletText(answer))
        } finally {
          erase(source)
        }
      }),
    )
