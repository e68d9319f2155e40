/** A KMIP client as `holdfast kmip enroll` makes it: its own key, and a wallet for its objects. */
import { once } from 'node:events'
import { connect } from 'node:tls'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { PersonId, ZoneId } from '@holdfast/base/ids'
import type { Rule } from '@holdfast/base/policy'
import type { KeyRequest, WalletCreate } from '@holdfast/base/requests/wallet-create'
import {
  type ClientCertificate,
  makeClientCertificate,
} from '@holdfast/cli/kmip/client-certificate'
import type { KmipClient } from '@holdfast/kmip'
import { certificateCredentialOf, defaultPolicy } from '@holdfast/sdk'
import { expiry } from '../client/wallet-request.ts'
import { requestLifetimeMs } from '../limits.ts'
import { ask } from '../load/https-load.ts'
import type { MeshWorld } from '../mesh-world.ts'
import { clientOn } from './client-on.ts'

export type KmipTenant = {
  /** A connection of its own for each client. */
  dial(): Promise<KmipClient>
}

const owner = PersonId('owner')

/** What a machine may sign with the wallet's key: transfers up to an amount. */
const machinesSign: Rule = {
  id: 'machines-sign',
  effect: 'allow',
  operations: ['sign'],
  kinds: ['tls-certificate'],
  proof: 'session',
  when: { chains: ['ethereum'], maxAmount: '1000000000000000000' },
}

const ethereumKey: KeyRequest = {
  name: 'signing',
  kind: 'secp256k1',
  source: { type: 'generate' },
  accounts: [{ chain: 'ethereum' }],
}

type Where = 'home' | 'all zones'

const walletOf = (world: MeshWorld, made: ClientCertificate, where: Where): WalletCreate => {
  const home = ZoneId(world.asked.zone)
  const nodes = where === 'home' ? [world.asked] : [world.asked, ...world.others]
  const zones = nodes.map(({ zone }) => ZoneId(zone))
  const policy = defaultPolicy({ owners: [owner], kmip: true })
  const others = zones.filter((zone) => zone !== home).toSorted()
  return {
    operation: 'wallet.create',
    mesh: world.asked.mesh,
    expiresAt: expiry(),
    nonce: toHex(world.entropy.bytes(16)),
    cell: 0,
    home,
    name: 'Measured over KMIP',
    placement: {
      constraints: { regions: zones },
      zones: [home, ...others],
      durability: Math.min(2, zones.length),
    },
    persons: [{ id: owner, owner: true }],
    credentials: [world.owner.credential, certificateCredentialOf(made.publicKey, owner)],
    policy: { ...policy, rules: [...policy.rules, machinesSign] },
    keys: [ethereumKey],
  }
}

const enrol = async (world: MeshWorld, where: Where): Promise<ClientCertificate> => {
  const nowMs = Date.now()
  const expiresAtMs = nowMs + requestLifetimeMs
  const made = makeClientCertificate({ name: 'bench', nowMs, expiresAtMs })
  await ask({
    origin: world.asked.client,
    connections: 1,
    owner: world.owner,
    purpose: 'enrol',
    next: () => utf8(JSON.stringify(walletOf(world, made, where))),
  })
  return made
}

export const createTenant = async (
  world: MeshWorld,
  where: Where = 'all zones',
): Promise<KmipTenant> => {
  const { keyPem: key, certificatePem: cert } = await enrol(world, where)
  const { hostname: host, port } = new URL(`tls://${world.asked.kmip.tls}`)
  const dial = async (): Promise<KmipClient> => {
    const socket = connect({ host, port: Number(port), key, cert, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return clientOn(socket)
  }
  return { dial }
}
