/** `holdfast trust`: the CA of a zone as PEM, once its evidence has been verified. */
import { resolve } from 'node:path'
import { toPem } from '@holdfast/attestation'
import { ZoneId } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { publicFile, writeWhole } from '../mesh-folder/files.ts'
import { verdictFields, verdictText } from '../verdict-text.ts'

type Options = ClientOptions & { readonly zone?: string; readonly out?: string }

export const trustCommand: MakeCommand = (around) =>
  withClientOptions(new Command('trust'))
    .description('the certificate to pin for KMIP, written once fresh evidence covers it')
    .option('--zone <id>', 'zone whose CA is wanted (default: of the first node that answers)')
    .option('--out <file>', 'write the PEM there instead of to stdout')
    .action(
      run(around, async (talk, options: Options) => {
        using client = await openClient(options, around, talk)
        const zone = options.zone === undefined ? undefined : ZoneId(options.zone)
        const trust = await client.zoneTrust(zone)
        const pem = toPem(trust.certificate)
        talk.say(verdictText(trust.enclave, talk))
        if (options.out === undefined) {
          talk.data({ ...verdictFields(trust.enclave), kmip: trust.kmip, pem }, pem.trimEnd())
          return
        }
        const out = resolve(around.cwd, options.out)
        await writeWhole(out, pem, publicFile)
        const fields = { ...verdictFields(trust.enclave), kmip: trust.kmip, out }
        talk.data(fields, `CA of ${trust.zone} in ${out}`)
      }),
    )
