/** `holdfast verify URL`: is what runs there what the manifest lists? */
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { verdictFields, verdictText } from '../verdict-text.ts'

export const verifyCommand: MakeCommand = (around) =>
  withClientOptions(new Command('verify'))
    .description("verify a node's evidence, fresh, against the manifest of the mesh")
    .argument('[url]', 'address of the node')
    .action(
      run(around, async (talk, url: string | undefined, options: ClientOptions) => {
        const named = url === undefined ? options : { ...options, node: [url] }
        using client = await openClient(named, around, talk)
        const enclave = await client.verify()
        talk.data(
          { ...verdictFields(enclave), mesh: client.mesh },
          `${verdictText(enclave, talk)}\n  mesh         ${client.mesh}`,
        )
      }),
    )
