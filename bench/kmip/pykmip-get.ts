/**
 * `kmip.get.pykmip`: what `kmip.get` asks of a node, asked of PyKMIP's server by the same client.
 * Its Sign knows RSA only, so that Get alone is measured of both.
 */
import {
  type ForeignServer,
  findForeignPrograms,
  startForeignServer,
} from '../../tests/kmip/foreign-server.ts'
import { startKmipLoad } from '../load/kmip-load.ts'
import { measureLoad } from '../load/load.ts'
import { processesOf } from '../server/cpu-time.ts'
import type { Pinning } from '../server/pinned.ts'
import { clientOn } from './client-on.ts'
import { getShape, prepareGet } from './get-calls.ts'

export const pykmipGet = 'kmip.get.pykmip'

type Times = { readonly warmUpMs: number; readonly seconds: number }

const measure = async (server: ForeignServer, times: Times): Promise<number> => {
  const tenant = { dial: async () => clientOn(await server.connect()) }
  using maker = await tenant.dial()
  const call = await prepareGet(maker)
  const load = await startKmipLoad({ tenant, ...getShape, call })
  const parts = await measureLoad(load, processesOf(server.pid), times)
  return parts.reduce((sum, part) => sum + part, 0)
}

/** CPU microseconds of all its processes for each Get; nothing where it is not installed. */
export const measurePykmipGet = async (
  pinning: Pinning,
  times: Times,
): Promise<number | undefined> => {
  const programs = findForeignPrograms()
  if (programs === undefined) return undefined
  await using server = await startForeignServer({
    ...programs,
    // As the nodes log: nothing for a request that succeeds.
    logLevel: 'WARNING',
    wrap: (command) => pinning.command(command, 'measured'),
  })
  return await measure(server, times)
}
