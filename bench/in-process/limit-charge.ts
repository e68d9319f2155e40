/** One charge of a limit: counted in memory, written down for its request, on a real store. */
import { join } from 'node:path'
import { refuse } from '@holdfast/base/errors'
import { MeshId, type WalletId, ZoneId } from '@holdfast/base/ids'
import type { ChargeAsk } from '@holdfast/enclave/counters/charge'
import type { Counter, CounterId } from '@holdfast/enclave/counters/counter'
import { createCounters } from '@holdfast/enclave/counters/create-counters'
import { createFallWatch } from '@holdfast/enclave/records/fall-watch'
import { createRecords } from '@holdfast/enclave/records/records'
import { createPeers } from '@holdfast/enclave/replication/peers/peers'
import { createAgreedClock } from '@holdfast/enclave/time/agreed-clock'
import type { WalletEntry } from '@holdfast/enclave/wallets/wallet-entry'
import type { WalletTable } from '@holdfast/enclave/wallets/wallet-table'
import { oneZoneKey } from '@holdfast/enclave/zone-key/zone-keys'
import { systemClock } from '@holdfast/node/platform/system-clock'
import { openSqliteStore } from '@holdfast/node/stores/sqlite/open-sqlite-store'
import { must } from '../client/session.ts'
import { batchOperations } from '../limits.ts'
import type { LeanCore } from './lean-core.ts'
import { type CpuMicros, measure } from './measure.ts'

const zone = ZoneId('measured')
const wallet = `wal_0000${'cd'.repeat(20)}` as WalletId

/** Counting reads these fields of a document alone. */
const entry = {
  wallet: { id: wallet, epoch: 1, version: 1, home: zone, placement: { zones: [zone] } },
} as unknown as WalletEntry

const counter: Counter = {
  id: 'measured signatures 3600000' as CounterId,
  limit: 1_000_000_000n,
  lengthMs: 3_600_000,
  exact: false,
}

export const measureLimitCharge = async (
  { crypto, entropy, identity }: LeanCore,
  { dir, seconds }: { readonly dir: string; readonly seconds: number },
): Promise<CpuMicros> => {
  const clock = systemClock()
  const store = must(openSqliteStore(join(dir, 'charges.sqlite'), { entropy }))
  const secret = crypto.secretFrom(entropy.bytes(32))
  const mesh = { peers: () => [], ask: async () => refuse('unreachable', 'there is one node') }
  const peers = createPeers(mesh, clock)
  const records = createRecords({
    crypto,
    entropy,
    store,
    mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
    zone,
    zoneKeys: oneZoneKey({ epoch: 1, secret }),
    claim: {
      conditions: () => [{ key: 'zone/node', revision: 'absent' }],
      renew: async () => 'lost',
      isHeld: async () => true,
    },
    fall: createFallWatch(store, { incarnation: '', revision: 0n }, () => undefined),
    replaced: () => undefined,
  })
  const counters = createCounters({
    crypto,
    entropy,
    clock,
    records,
    wallets: { read: async () => entry } as unknown as WalletTable,
    peers,
    time: createAgreedClock({ zone, clock, peers }),
    zone,
    zones: [{ id: zone }],
    promises: { get: () => undefined },
    self: { zone, boot: identity.boot, measurement: '00'.repeat(32) },
  })
  let count = 0
  const askOf = (): ChargeAsk => ({
    key: (count += 1).toString(16).padStart(64, '0'),
    amounts: [{ counter, amount: 1n }],
    expiresAtMs: clock.nowMs() + 600_000,
  })
  const micros = await measure(
    () => ({
      operations: batchOperations,
      run: async () => {
        const asks = Array.from({ length: batchOperations }, askOf)
        for (const charged of await Promise.all(asks.map((ask) => counters.charge(entry, ask)))) {
          must(charged)
        }
      },
    }),
    seconds,
  )
  await store.close()
  secret[Symbol.dispose]()
  return micros
}
