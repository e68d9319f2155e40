/** `holdfast credential add` and `remove`: who may act for a wallet. */
import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { fromUtf8 } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import {
  type ApiKey,
  type Credential,
  CredentialId,
  certificateCredentialOf,
  credentialOf,
  generateApiKey,
  PersonId,
  WalletId,
} from '@holdfast/sdk'
import { readApiKey, writeApiKey } from '@holdfast/sdk/node'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { exists, readBytes } from '../mesh-folder/files.ts'
import { walletText } from '../wallet-text.ts'

type AddOptions = ClientOptions & {
  readonly person: string
  readonly owner?: true
  readonly name?: string
  readonly generate?: true
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

export const credentialAddCommand: MakeCommand = (around) =>
  withClientOptions(new Command('add'))
    .description('let a key or a certificate act for a wallet')
    .argument('<wallet>', 'id, wal_…')
    .argument('<file>', 'API key as holdfast writes it, or PEM of a certificate')
    .requiredOption('--person <id>', 'whose it is; a person whom the wallet does not know is added')
    .option('--owner', 'a new person is an owner')
    .option('--name <name>', 'name for people')
    .option('--generate', 'make the API key where the file is absent')
    .action(
      run(around, async (talk, id: string, file: string, options: AddOptions) => {
        using client = await openClient(options, around, talk)
        const wallet = WalletId(id)
        const person = PersonId(options.person)
        const { persons } = (await client.showWallet(wallet)).wallet
        const known = persons.some((one) => one.id === person)
        const found = await read(resolve(around.cwd, file), options)
        const named = options.name === undefined ? {} : { name: options.name }
        const credential: Credential =
          'key' in found
            ? credentialOf(found.key, person, named)
            : certificateCredentialOf(found.certificate, person, named)
        using key = 'key' in found ? found.key : undefined
        const answer = await client.addCredentials({
          wallet,
          credentials: [credential],
          persons: known ? [] : [{ id: person, owner: options.owner === true }],
          enrol: key === undefined ? [] : [key],
        })
        talk.data(
          { ...answer, credential: credential.id },
          `${credential.id}\n${walletText(answer)}`,
        )
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
        talk.data(answer, walletText(answer))
      }),
    )
