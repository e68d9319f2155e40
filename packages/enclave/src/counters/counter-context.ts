/** What counting works with. */
import type { NodeName } from '@holdfast/base/answers'
import type { ZoneId } from '@holdfast/base/ids'
import type { Clock } from '../ports/clock.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Records } from '../records/records.ts'
import type { PromiseTable } from '../replication/homes/promise-table.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { AgreedClock } from '../time/agreed-clock.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { CountTable } from './count-table.ts'

export type CounterPorts = {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly clock: Clock
  readonly records: Records
  readonly wallets: WalletTable
  readonly peers: Peers
  readonly time: AgreedClock
  readonly zone: ZoneId
  /** All zones of the mesh. */
  readonly zones: readonly { readonly id: ZoneId }[]
  readonly promises: Pick<PromiseTable, 'get'>
  readonly self: NodeName
}

export type CounterContext = CounterPorts & { readonly table: CountTable }
