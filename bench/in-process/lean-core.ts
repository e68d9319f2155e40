/** One core of one zone in this process: real store, keys and evidence, no links. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportDataOf } from '@holdfast/attestation'
import { fromUtf8, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { refuse } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { createCore } from '@holdfast/enclave/core/core'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createGeneralCrypto } from '@holdfast/enclave/crypto/general/general-crypto'
import { createIdentity, type NodeIdentity } from '@holdfast/enclave/identity/node-identity'
import { openManifests } from '@holdfast/node/platform/manifests'
import { openSimulatedMachine } from '@holdfast/node/platform/simulated'
import { systemClock } from '@holdfast/node/platform/system-clock'
import { openSqliteStore } from '@holdfast/node/stores/sqlite/open-sqlite-store'
import { createOwner, type Owner } from '../client/owner.ts'
import { type ClientTools, must } from '../client/session.ts'
import { walletRequest } from '../client/wallet-request.ts'

export type LeanCore = ClientTools & {
  readonly core: Core
  readonly identity: NodeIdentity
  readonly owner: Owner
  create(): Promise<Wallet>
  stop(): Promise<void>
}

export const openLeanCore = async (options: {
  /** The folder of one zone, in a mesh folder. */
  readonly dir: string
  readonly zone: string
  readonly measurement: string
  readonly secp256k1: 'auto' | 'wasm'
}): Promise<LeanCore> => {
  const { dir, measurement } = options
  const zone = ZoneId(options.zone)
  const clock = systemClock()
  const entropy = createEntropy()
  const crypto = await createCrypto({ entropy, secp256k1: options.secp256k1 })
  const { current: manifest } = must(
    openManifests(readFileSync(join(dir, '../../manifest.json')), clock.nowMs()),
  )
  const { mesh } = manifest
  const machine = must(openSimulatedMachine({ dir, measurement }))
  const identity = createIdentity({
    crypto,
    entropy,
    mesh,
    manifest: manifest.hash,
    zone,
    nowMs: clock.nowMs(),
  })
  const store = must(openSqliteStore(join(dir, 'store.sqlite'), { entropy }))
  const core = createCore({
    crypto,
    general: createGeneralCrypto(),
    entropy,
    clock,
    store,
    mesh: { peers: () => [], ask: async () => refuse('unreachable', 'there is one node') },
    sealing: machine.sealing,
    evidence: machine.evidence,
    manifest,
    identity,
    quote: await machine.evidence.quote(reportDataOf(identity.document)),
    self: { zone, boot: identity.boot, measurement },
  })
  must(await core.start())
  const owner = createOwner(crypto, entropy)
  const create = async (): Promise<Wallet> => {
    const zones = [options.zone]
    const request = walletRequest({ mesh, zones, durability: 1, owner, proof: 'session', entropy })
    const authorisations = [owner.authorise('enrol', request)]
    const envelope = { request: toBase64Url(request), authorisations }
    const answer = must(await core.handle(utf8(JSON.stringify(envelope))))
    return (JSON.parse(fromUtf8(answer)) as { wallet: Wallet }).wallet
  }
  const stop = async (): Promise<void> => {
    await core.stop()
    await store.close()
    crypto[Symbol.dispose]()
  }
  return { core, crypto, entropy, identity, owner, create, stop }
}
