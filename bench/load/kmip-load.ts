/** Calls over TTLV on TLS with client certificates: connections, and so many in flight on each. */
import type { KmipClient } from '@holdfast/kmip'
import type { KmipTenant } from '../kmip/tenant.ts'
import type { Load } from './load.ts'

export type KmipLoadOptions = {
  readonly tenant: KmipTenant
  readonly connections: number
  readonly inFlight: number
  /** One call; rejects where it is refused. */
  readonly call: (client: KmipClient) => Promise<unknown>
}

export const startKmipLoad = async (options: KmipLoadOptions): Promise<Load> => {
  const { tenant, connections, inFlight, call } = options
  let answered = 0
  let stopping = false
  let failure: unknown
  const keepCalling = async (client: KmipClient): Promise<void> => {
    try {
      for (;;) {
        if (stopping) return
        await call(client)
        answered += 1
      }
    } catch (error) {
      if (!stopping) failure ??= error
    }
  }
  const clients: KmipClient[] = []
  for (let count = 0; count < connections; count += 1) clients.push(await tenant.dial())
  const calls = clients.flatMap((client) =>
    Array.from({ length: inFlight }, () => keepCalling(client)),
  )
  return {
    operations: () => {
      if (failure !== undefined) throw failure
      return answered
    },
    stop: async () => {
      stopping = true
      for (const client of clients) client[Symbol.dispose]()
      await Promise.all(calls)
    },
  }
}
