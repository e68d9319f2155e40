/** One incarnation of a node: a real core whose ports end with it. */

import type { VerifiedManifest } from '@holdfast/attestation'
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import type { Secret } from '@holdfast/base/secret'
import { createCore } from '@holdfast/enclave/core/core'
import { createGeneralCrypto } from '@holdfast/enclave/crypto/general/general-crypto'
import { createIdentity, type NodeIdentity } from '@holdfast/enclave/identity/node-identity'
import type { Clock } from '@holdfast/enclave/ports/clock'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { Mesh, Peer } from '@holdfast/enclave/ports/mesh'
import type { Store } from '@holdfast/enclave/ports/store'
import { type CoreObserver, observeCore } from './observed-core.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Endpoint } from './simulated-network.ts'
import type { SimulatedZone } from './simulated-zone.ts'
import { measurement, startsAtMs } from './zones.ts'

export type SimulatedNode = Endpoint & {
  readonly zone: SimulatedZone
  readonly identity: NodeIdentity
  readonly crypto: Crypto
  nowMs(): number
  /** Ends it as kill -9 would: its calls never settle, its locked memory is erased. */
  revoke(): void
}

export type NodeOptions = {
  readonly scheduler: Scheduler
  readonly zone: SimulatedZone
  readonly random: Random
  readonly manifest: VerifiedManifest
  readonly crypto: Crypto
  readonly collateral: Bytes
  readonly observer: (node: () => SimulatedNode) => CoreObserver
  readonly store: (isAlive: () => boolean) => Store
  readonly mesh: (node: () => SimulatedNode) => Mesh
}

/** Every secret that this incarnation takes is known, so that its death can erase them. */
const trackedCrypto = (crypto: Crypto, secrets: Set<Secret>): Crypto => {
  const track = (secret: Secret): Secret => {
    secrets.add(secret)
    return secret
  }
  return {
    ...crypto,
    secret: (length) => track(crypto.secret(length)),
    secretFrom: (bytes) => track(crypto.secretFrom(bytes)),
  }
}

const seededEntropy = (random: Random): Entropy => ({
  bytes: (length) => random.bytes(length),
  fill: (buffer) => buffer.set(random.bytes(buffer.length)),
})

const clockOf = (
  { scheduler, zone }: Pick<NodeOptions, 'scheduler' | 'zone'>,
  isAlive: () => boolean,
): Clock => ({
  nowMs: () => Math.floor(startsAtMs + scheduler.nowMs() + zone.clockOffsetMs),
  sleep: (ms) =>
    new Promise((resolve) => {
      scheduler.after(ms, `${zone.id} sleep`, () => {
        if (isAlive()) resolve()
      })
    }),
})

/** Short, so that it happens within a run, and longer than a restart mostly takes. */
const failoverAfterMs = 3000
/** A few, so that zones that were away are owed more than is listed. */
const outboxPerZoneMax = 4

/** Makes the node; the caller starts its core. */
export const createNode = (options: NodeOptions): SimulatedNode => {
  const { zone, manifest } = options
  const secrets = new Set<Secret>()
  const crypto = trackedCrypto(options.crypto, secrets)
  const entropy = seededEntropy(options.random)
  let revoked = false
  const isAlive = (): boolean => !revoked
  const clock = clockOf(options, isAlive)
  const identity = createIdentity({
    crypto,
    entropy,
    mesh: manifest.mesh,
    manifest: manifest.hash,
    zone: zone.id,
    nowMs: clock.nowMs(),
  })
  const { boot } = identity
  const peer: Peer = { boot, zone: zone.id, level: zone.level, measurement, roundTripMs: 1 }
  const self = (): SimulatedNode => node
  const core = createCore({
    failoverAfterMs,
    outboxPerZoneMax,
    general: createGeneralCrypto(),
    crypto,
    entropy,
    clock,
    store: options.store(isAlive),
    mesh: options.mesh(self),
    sealing: zone.sealing,
    evidence: {
      measurement,
      quote: async () => fromHex(measurement),
      collateral: async () => options.collateral,
    },
    manifest,
    identity,
    quote: utf8('quotes are not what is simulated here'),
    self: { zone: zone.id, boot, measurement },
  })
  const node: SimulatedNode = {
    zone,
    peer,
    identity,
    crypto,
    core: observeCore(core, boot, options.observer(self)),
    isAlive,
    nowMs: () => clock.nowMs(),
    revoke: () => {
      revoked = true
      for (const secret of secrets) secret[Symbol.dispose]()
      secrets.clear()
    },
  }
  return node
}
