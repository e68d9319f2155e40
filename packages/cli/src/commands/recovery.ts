/** `holdfast recovery …`: guardians give an owner, who lost his credentials, new ones. */

import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fromBase64Url, fromHex, toBase64Url, toHex } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { apiKeyAlgorithms } from '@holdfast/base/wallet'
import {
  type ApiKeyAlgorithm,
  CredentialId,
  credentialIdOf,
  credentialOf,
  generateApiKey,
  type KeySigner,
  PersonId,
  WalletId,
} from '@holdfast/sdk'
import { readApiKey, writeApiKey } from '@holdfast/sdk/node'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { walletText } from '../wallet-text.ts'

const publicText = ({ algorithm, publicKey }: KeySigner): string =>
  `${algorithm}:${toBase64Url(publicKey)}`

export const recoveryKeyCommand: MakeCommand = (around) =>
  new Command('key')
    .description('the owner: make a new API key; prints what a guardian needs of it')
    .argument('<file>', 'new file for the key')
    .action(
      run(around, async (talk, file: string) => {
        using key = generateApiKey()
        const path = resolve(around.cwd, file)
        await writeApiKey(path, key)
        talk.data({ key: publicText(key), credential: key.id, file: path }, publicText(key))
      }),
    )

export const recoveryProveCommand: MakeCommand = (around) =>
  new Command('prove')
    .description('the owner: prove the new key over what the guardian asks for')
    .argument('<challenge>', '64 hexadecimal digits that the guardian reads out')
    .requiredOption('--key <file>', 'the new key')
    .action(
      run(around, async (talk, challenge: string, options: { readonly key: string }) => {
        if (!/^[0-9a-f]{64}$/.test(challenge)) fail('invalid_field', 'not a challenge', 'challenge')
        using key = await readApiKey(resolve(around.cwd, options.key))
        const proof = toBase64Url(await key.sign(fromHex(challenge)))
        talk.data({ proof }, proof)
      }),
    )

/** A key that its owner holds elsewhere: its proofs come over stdin. */
const remoteSigner = (text: string, around: Surroundings, talk: Terminal): KeySigner => {
  const [name, key = ''] = text.split(':')
  const algorithm = apiKeyAlgorithms.find((one): one is ApiKeyAlgorithm => one === name)
  const publicKey = attempt(() => fromBase64Url(key))
  if (algorithm === undefined || !publicKey.ok || publicKey.value.length < 32) {
    return fail('bad_key', 'not what holdfast recovery key prints', text.slice(0, 80))
  }
  return {
    id: credentialIdOf(algorithm, publicKey.value),
    algorithm,
    publicKey: publicKey.value,
    sign: async (challenge) => {
      talk.say(`challenge for the new key: ${toHex(challenge)}`)
      const lines = createInterface({ input: around.stdin })
      const answer = await lines.question('')
      lines.close()
      return fromBase64Url(answer.trim())
    },
  }
}

type RequestOptions = ClientOptions & {
  readonly person: string
  readonly newKey: string
  readonly remove?: readonly string[]
  readonly name?: string
  readonly wait?: true
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const recoveryRequestCommand: MakeCommand = (around) =>
  withClientOptions(new Command('request'))
    .description(
      'a guardian: ask for it; other guardians approve, any living credential may cancel',
    )
    .argument('<wallet>', 'id, wal_…')
    .requiredOption('--person <id>', 'whose credential it will be')
    .requiredOption('--new-key <key>', 'what holdfast recovery key printed')
    .option('--remove <credential>', 'what was lost, crd_…; repeatable', collect)
    .option('--name <name>', 'name of the new credential, for people')
    .option('--wait', 'wait a day for the other guardians')
    .action(
      run(around, async (talk, id: string, options: RequestOptions) => {
        const signer = remoteSigner(options.newKey, around, talk)
        const listing = options.name === undefined ? {} : { name: options.name }
        using client = await openClient(options, around, talk)
        const answer = await client.recoverCredentials({
          wallet: WalletId(id),
          credentials: [credentialOf(signer, PersonId(options.person), listing)],
          remove: (options.remove ?? []).map((one) => CredentialId(one)),
          enrol: [signer],
          wait: options.wait === true,
        })
        talk.data(answer, walletText(answer))
      }),
    )
