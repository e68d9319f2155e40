/** `holdfast credential add`, `list` and `remove`: who may act for a wallet. */
import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { fromUtf8 } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import {
  type ApiKey,
  type Client,
  type Credential,
  CredentialId,
  certificateCredentialOf,
  credentialOf,
  generateApiKey,
  type Person,
  PersonId,
  type WalletAnswer,
  WalletId,
} from '@holdfast/sdk'
import { readApiKey, writeApiKey } from '@holdfast/sdk/node'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { credentialsText } from '../credentials-text.ts'
import { exists, readBytes } from '../mesh-folder/files.ts'
import { readPassword } from '../read-password.ts'
import { revokedText, walletText } from '../wallet-text.ts'

type AddOptions = ClientOptions & {
  readonly person: string
  readonly owner?: true
  readonly name?: string
  readonly generate?: true
  readonly password?: true
  readonly passwordFile?: string
}

const publicKeyOf = (pem: string): Uint8Array => {
  const text = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0]
  if (text === undefined) return fail('invalid_field', 'no PEM of a certificate')
  try {
    const { publicKey } = new X509Certificate(text)
    return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  } catch {
    return fail('invalid_field', 'the certificate cannot be read')
  }
}

/** An API key, which must prove itself, or the certificate of a KMIP client, which does in TLS. */
const read = async (
  path: string,
  options: Pick<AddOptions, 'generate'>,
): Promise<{ readonly key: ApiKey } | { readonly certificate: Uint8Array }> => {
  if (options.generate === true && !(await exists(path))) {
    const key = generateApiKey()
    await writeApiKey(path, key)
    return { key }
  }
  const bytes = await readBytes(path)
  const text = attempt(() => fromUtf8(bytes))
  if (text.ok && text.value.includes('-----BEGIN')) return { certificate: publicKeyOf(text.value) }
  bytes.fill(0)
  return { key: await readApiKey(path) }
}

type Added = { readonly answer: WalletAnswer; readonly credential: Credential['id'] }

type Adding = {
  readonly client: Client
  readonly wallet: WalletId
  readonly person: PersonId
  readonly persons: readonly Person[]
  readonly named: { readonly name?: string }
}

const addFile = async (
  { client, wallet, person, persons, named }: Adding,
  path: string,
  options: AddOptions,
): Promise<Added> => {
  const found = await read(path, options)
  const credential: Credential =
    'key' in found
      ? credentialOf(found.key, person, named)
      : certificateCredentialOf(found.certificate, person, named)
  using key = 'key' in found ? found.key : undefined
  const enrol = key === undefined ? [] : [key]
  const answer = await client.addCredentials({ wallet, credentials: [credential], persons, enrol })
  return { answer, credential: credential.id }
}

const addPassword = async (
  { client, named, ...of }: Adding,
  options: AddOptions,
  around: Surroundings,
): Promise<Added> => {
  const question = `New password of ${of.person}`
  const password = await readPassword(around, { file: options.passwordFile, question, twice: true })
  const { credential, ...answer } = await client.addPassword({ ...of, ...named, password })
  return { answer, credential }
}

export const credentialAddCommand: MakeCommand = (around) =>
  withClientOptions(new Command('add'))
    .description('let a key, a certificate or a password act for a wallet')
    .argument('<wallet>', 'id, wal_…')
    .argument('[file]', 'API key as holdfast writes it, or PEM of a certificate')
    .requiredOption('--person <id>', 'whose it is; a person whom the wallet does not know is added')
    .option('--owner', 'a new person is an owner')
    .option('--name <name>', 'name for people')
    .option('--generate', 'make the API key where the file is absent')
    .option('--password', 'a password, which is asked for')
    .option('--password-file <file>', 'a password, read from a file')
    .action(
      run(around, async (talk, id: string, file: string | undefined, options: AddOptions) => {
        const byPassword = options.password === true || options.passwordFile !== undefined
        if (byPassword === (file !== undefined)) {
          fail('invalid_field', 'name a file of a key or certificate, or --password')
        }
        using client = await openClient(options, around, talk)
        const wallet = WalletId(id)
        const person = PersonId(options.person)
        const { persons } = (await client.showWallet(wallet)).wallet
        const known = persons.some((one) => one.id === person)
        const adding: Adding = {
          client,
          wallet,
          person,
          persons: known ? [] : [{ id: person, owner: options.owner === true }],
          named: options.name === undefined ? {} : { name: options.name },
        }
        const { answer, credential } =
          file === undefined
            ? await addPassword(adding, options, around)
            : await addFile(adding, resolve(around.cwd, file), options)
        talk.data({ ...answer, credential }, `${credential}\n${walletText(answer)}`)
      }),
    )

export const credentialListCommand: MakeCommand = (around) =>
  withClientOptions(new Command('list'))
    .description('who may act for a wallet, by what, until when and within which scope')
    .argument('<wallet>', 'id, wal_…')
    .action(
      run(around, async (talk, id: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const { persons, credentials } = (await client.showWallet(WalletId(id))).wallet
        talk.data({ persons, credentials }, credentialsText({ persons, credentials }))
      }),
    )

export const credentialRemoveCommand: MakeCommand = (around) =>
  withClientOptions(new Command('remove'))
    .description('revoke a credential of a wallet')
    .argument('<wallet>', 'id, wal_…')
    .argument('<credential>', 'id, crd_…')
    .action(
      run(around, async (talk, id: string, credential: string, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const answer = await client.removeCredential({
          wallet: WalletId(id),
          credential: CredentialId(credential),
        })
        talk.data(answer, revokedText(answer))
      }),
    )
