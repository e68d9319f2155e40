/** Requests that create the measured wallets: one Ethereum key, a policy of several rules. */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import type { MeshId } from '@holdfast/base/ids'
import { ZoneId } from '@holdfast/base/ids'
import type { Policy } from '@holdfast/base/policy'
import type { WalletCreate } from '@holdfast/base/requests/wallet-create'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import { requestLifetimeMs } from '../limits.ts'
import type { Owner } from './owner.ts'

/** A deny list, bounds on amount and fee, persons, networks: what a careful owner would write. */
const policyOf = (proof: 'session' | 'request'): Policy => ({
  format: 'holdfast policy v1',
  rules: [
    {
      id: 'never-there',
      effect: 'deny',
      operations: ['sign'],
      when: { to: ['0x000000000000000000000000000000000000dead'] },
    },
    { id: 'owner-sees', effect: 'allow', operations: ['wallet.show'] },
    {
      id: 'owner-pays',
      effect: 'allow',
      operations: ['sign'],
      persons: ['owner' as never],
      proof,
      when: {
        chains: ['ethereum'],
        networks: ['1', '31337'],
        effects: ['transfer', 'call'],
        maxAmount: '1000000000000000000',
        maxFee: '100000000000000000',
      },
    },
  ],
})

export const expiry = (): string => new Date(Date.now() + requestLifetimeMs).toISOString()

export type WalletWish = {
  readonly mesh: MeshId
  /** The home first. */
  readonly zones: readonly string[]
  readonly durability: number
  readonly owner: Owner
  readonly proof: 'session' | 'request'
  readonly entropy: Entropy
}

export const walletRequest = (wish: WalletWish): Bytes => {
  const [home = 'none', ...others] = wish.zones
  // All zones are at one place here: those that are equally near stand in the order of their ids.
  const zones = [home, ...others.toSorted()].map((zone) => ZoneId(zone))
  const request: WalletCreate = {
    operation: 'wallet.create',
    mesh: wish.mesh,
    expiresAt: expiry(),
    nonce: toHex(wish.entropy.bytes(16)),
    cell: 0,
    home: ZoneId(home),
    name: 'Measured',
    placement: { constraints: { regions: zones }, zones, durability: wish.durability },
    persons: [{ id: wish.owner.credential.person, owner: true }],
    credentials: [wish.owner.credential],
    policy: policyOf(wish.proof),
    keys: [
      {
        name: 'main',
        kind: 'secp256k1',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
  }
  return utf8(JSON.stringify(request))
}
