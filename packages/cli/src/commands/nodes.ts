/** `holdfast nodes`: what each node says of itself. */
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run } from '../command.ts'
import { table } from '../table.ts'

export const nodesCommand: MakeCommand = (around) =>
  withClientOptions(new Command('nodes'))
    .description('the nodes of the mesh: state, wallets, links')
    .action(
      run(around, async (talk, options: ClientOptions) => {
        using client = await openClient(options, around, talk)
        const nodes = await client.nodes()
        const rows = nodes.map(({ node, status }) =>
          status === undefined
            ? ['?', '', 'unreachable', '', '', '', '', '', '', node]
            : [
                status.node.zone,
                status.node.boot.slice(0, 13),
                status.state,
                String(status.manifestSerial),
                status.node.measurement.slice(0, 12),
                String(status.nodes.length),
                String(status.wallets),
                String(status.outbox),
                status.peers
                  .filter((peer) => peer.connected)
                  .map(
                    ({ zone, nodes: linked, roundTripMs = 0 }) =>
                      `${zone}${linked.length > 1 ? ` ×${linked.length}` : ''} ` +
                      `${roundTripMs.toFixed(1)} ms`,
                  )
                  .join(', '),
                node,
              ],
        )
        const head = [
          'ZONE',
          'BOOT',
          'STATE',
          'MANIFEST',
          'CODE',
          'OF ZONE',
          'WALLETS',
          'UNSENT',
          'LINKS',
          'ADDRESS',
        ]
        talk.data({ nodes }, table([head, ...rows]))
      }),
    )
