/** `holdfast kmip enroll`: a certificate for a KMIP client, bound to a wallet of its own. */
import { toPem } from '@holdfast/attestation'
import { fail, RefusalError } from '@holdfast/base/errors'
import {
  type Client,
  certificateCredentialOf,
  credentialOf,
  PersonId,
  type Wallet,
  type WalletAnswer,
  WalletId,
  type ZoneTrust,
} from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { makeClientCertificate } from '../kmip/client-certificate.ts'
import { withEnrolmentFiles } from '../kmip/enrolment-files.ts'
import type { Terminal } from '../terminal.ts'

type Options = ClientOptions & {
  readonly name: string
  readonly wallet?: string
  readonly out: string
  readonly days: string
}

const dayMs = 86_400_000
const theOwner = PersonId('owner')

/** The CA of every zone that answers; a node that does not verify ends it. */
const trustOfZones = async (client: Client, talk: Terminal): Promise<readonly ZoneTrust[]> => {
  const found: ZoneTrust[] = []
  for (const { id } of client.manifest.manifest.zones) {
    try {
      found.push(await client.zoneTrust(id))
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      talk.say(talk.style('yellow', `${id} does not answer: its CA is not in ca.pem`))
    }
  }
  return found
}

const servesKmip = ({ policy }: Wallet): boolean =>
  policy.rules.some(
    ({ effect, operations }) =>
      effect === 'allow' && operations.some((one) => one === 'kmip' || one === '*'),
  )

/** Adds the certificate to a wallet, as a credential of its first owner. */
const addTo = async (
  client: Client,
  id: string,
  certificate: (person: PersonId) => ReturnType<typeof certificateCredentialOf>,
): Promise<WalletAnswer> => {
  const { wallet } = await client.showWallet(WalletId(id))
  if (!servesKmip(wallet)) fail('policy_denied', 'no rule of the wallet allows KMIP', id)
  const owner = wallet.persons.find((person) => person.owner)?.id ?? theOwner
  return client.addCredentials({ wallet: wallet.id, credentials: [certificate(owner)] })
}

const expiryOf = (days: string, nowMs: number): number => {
  const count = Number(days)
  const valid = Number.isInteger(count) && count >= 1 && count <= 3650
  return valid ? nowMs + count * dayMs : fail('invalid_field', 'days are 1 to 3650', 'days')
}

const inWords = (answer: WalletAnswer, dir: string, zones: readonly ZoneTrust[]): string =>
  [
    `wallet      ${answer.wallet.id}`,
    `files       ${dir}: client.key, client.pem, ca.pem, pykmip.conf`,
    ...zones.flatMap(({ zone, kmip }) =>
      kmip.flatMap(({ tls, https }) =>
        [tls, https].flatMap((at) => (at === undefined ? [] : [`${zone.padEnd(11)} ${at}`])),
      ),
    ),
  ].join('\n')

export const kmipEnrollCommand: MakeCommand = (around) =>
  withClientOptions(new Command('enroll'))
    .description('make a key and certificate for a KMIP client, and the wallet of its objects')
    .requiredOption('--name <name>', 'name of the client, for people')
    .option('--wallet <id>', 'add it to this wallet instead of making one')
    .requiredOption('--out <folder>', 'new folder for client.key, client.pem, ca.pem, pykmip.conf')
    .option('--days <number>', 'how long the certificate is good', '365')
    .action(
      run(around, async (talk, options: Options) => {
        const nowMs = around.now()
        const expiresAtMs = expiryOf(options.days, nowMs)
        using client = await openClient(options, around, talk)
        const zones = await trustOfZones(client, talk)
        const address = zones.flatMap(({ kmip }) => kmip.flatMap(({ tls }) => tls ?? []))[0]
        if (address === undefined) {
          throw new RefusalError({
            code: 'unreachable',
            detail: 'no node that answers serves KMIP',
          })
        }
        const { name } = options
        const made = makeClientCertificate({ name, nowMs, expiresAtMs })
        const expiresAt = new Date(expiresAtMs).toISOString()
        const certificate = (person: PersonId) =>
          certificateCredentialOf(made.publicKey, person, { name, expiresAt })
        const caPem = zones.map((zone) => toPem(zone.certificate)).join('')
        const { files, value } = await withEnrolmentFiles(
          { dir: options.out, made, caPem, address },
          () =>
            options.wallet === undefined
              ? client.createWallet({
                  name,
                  keys: [],
                  kmip: true,
                  credentials: [
                    ...client.credentials.map((signer) => credentialOf(signer, theOwner)),
                    certificate(theOwner),
                  ],
                })
              : addTo(client, options.wallet, certificate),
        )
        const fields = {
          wallet: value.wallet.id,
          credential: certificate(theOwner).id,
          durability: value.durability,
          simulated: client.simulated,
          files,
          zones: zones.map(({ zone, kmip }) => ({ zone, kmip })),
        }
        talk.data(fields, inWords(value, options.out, zones))
      }),
    )
