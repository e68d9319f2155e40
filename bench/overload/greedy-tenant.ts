/** A KMIP tenant who signs with its own key over so many connections, with as much in flight. */
import { createSigningKey } from '../kmip/objects.ts'
import { createTenant } from '../kmip/tenant.ts'
import { startKmipLoad } from '../load/kmip-load.ts'
import type { MeshWorld } from '../mesh-world.ts'
import type { Greedy } from './measure.ts'

export const startGreedyTenant = async (
  world: MeshWorld,
  { connections, inFlight }: { readonly connections: number; readonly inFlight: number },
): Promise<Greedy> => {
  const tenant = await createTenant(world, 'home')
  const maker = await tenant.dial()
  const uniqueIdentifier = await createSigningKey(maker)
  maker[Symbol.dispose]()
  const data = new Uint8Array(32)
  let sent = 0
  const call: Parameters<typeof startKmipLoad>[0]['call'] = (client) => {
    sent += 1
    return client.call('Sign', { uniqueIdentifier, data })
  }
  const load = await startKmipLoad({ tenant, connections, inFlight, call })
  return { counts: () => ({ sent, answered: load.operations() }), stop: () => load.stop() }
}
