/**
 * Deliberate defects of ports and of what enters and leaves the core, one for each invariant: they
 * show that the checkers see. They live here alone; the product has no switch for them.
 */
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import { attempt, type Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Peer } from '@holdfast/enclave/ports/mesh'
import type { Batch } from '@holdfast/enclave/ports/store'
import {
  encodePeerAnswer,
  encodePeerRequest,
  type PeerRequest,
  parsePeerRequest,
} from '@holdfast/enclave/replication/peers/messages'
import {
  agreeableVoter,
  forgetfulEndorser,
  generousGiver,
  generousGuesses,
  hastyClocks,
} from './counting-defects.ts'
import { boastfulPeers, brokenPromise } from './failover-defects.ts'
import { type FaultRates, noFaults } from './faults.ts'
import type { Delivery, Tampered } from './simulated-network.ts'

export type DefectHooks = {
  /** Those under which it shows, in place of what the seed draws. */
  readonly faults?: FaultRates
  readonly crypto?: (crypto: Crypto) => Crypto
  /** What a node is told of its links. */
  readonly peers?: (zone: ZoneId, listed: readonly Peer[]) => readonly Peer[]
  /** `isCalm`: no fault happens now. */
  readonly message?: (delivery: Delivery, isCalm: boolean) => Tampered | undefined
  readonly batch?: (zone: ZoneId, batch: Batch) => Batch
  /** What a client gets for a request of this operation. */
  readonly answer?: (operation: string, answer: Result<Bytes>) => Result<Bytes>
}

const asked = (delivery: Delivery): PeerRequest | undefined => {
  if (delivery.kind !== 'question') return undefined
  const parsed = attempt(() => parsePeerRequest(delivery.bytes))
  return parsed.ok ? parsed.value : undefined
}

const versionIn = (wallet: Bytes): { epoch: number; version: number } => {
  const { epoch, version } = JSON.parse(fromUtf8(wallet)) as { epoch: number; version: number }
  return { epoch, version }
}

/** Wallets are acknowledged by zones that never got them. */
const lyingAcknowledgement = (): DefectHooks => ({
  message: (delivery) => {
    const request = asked(delivery)
    if (request?.type !== 'put') return undefined
    const held = versionIn(request.bundle.wallet)
    return { type: 'answer', bytes: encodePeerAnswer({ ok: true, value: { held } }) }
  },
})

/** A wallet's document is another one when it arrives. */
const forkedDocument = (): DefectHooks => ({
  message: (delivery) => {
    const request = asked(delivery)
    if (request?.type !== 'put') return undefined
    const wallet = JSON.parse(fromUtf8(request.bundle.wallet)) as object
    const forked = utf8(JSON.stringify({ ...wallet, name: `fork of ${delivery.to}` }))
    const bundle = { ...request.bundle, wallet: forked }
    return { type: 'bytes', bytes: encodePeerRequest({ type: 'put', bundle }) }
  },
})

/** A later commit brings the first version of a record back. */
const forgetfulStore = (): DefectHooks => {
  const first = new Map<string, Batch['writes'][number]>()
  const changed = new Set<string>()
  return {
    batch: (zone, batch) => {
      const names = new Set(batch.writes.map(({ key }) => `${zone} ${key}`))
      const [found] = [...changed].filter((name) => name.startsWith(zone) && !names.has(name))
      const revived = found === undefined ? undefined : first.get(found)
      if (found !== undefined) changed.delete(found)
      for (const write of batch.writes) {
        const name = `${zone} ${write.key}`
        if (!/^(?:wallet|state)\//.test(write.key)) continue
        if (first.has(name)) changed.add(name)
        else first.set(name, write)
      }
      return revived === undefined ? batch : { ...batch, writes: [...batch.writes, revived] }
    },
  }
}

/** Destroying leaves the secret where it was. */
const undeadObject = (): DefectHooks => ({
  batch: (_zone, batch) => ({
    ...batch,
    writes: batch.writes.filter(({ type, key }) => type === 'put' || !key.startsWith('object/')),
  }),
})

/** Stores erase what was cancelled, and do not remember that it was. */
const forgetfulCancellation = (): DefectHooks => ({
  faults: { ...noFaults, blackout: 0.12 },
  batch: (_zone, batch) => ({
    ...batch,
    // Under a name that nobody reads: a commit of nothing would be seen by its revision.
    writes: batch.writes.map((write) =>
      write.type === 'put' && write.key.startsWith('cancelled/')
        ? { ...write, key: `swap/${write.key}` }
        : write,
    ),
  }),
})

/** A zone that a wallet leaves says that it erased the keys, and keeps them. */
const hoardingZone = (): DefectHooks => ({
  batch: (_zone, batch) => {
    if (!batch.writes.some(({ key }) => key.startsWith('gone/'))) return batch
    const isKept = ({ type, key }: Batch['writes'][number]): boolean =>
      type === 'put' || !key.startsWith('object/')
    return { ...batch, writes: batch.writes.filter(isKept) }
  },
})

/** Every Ed25519 signature verifies. */
const believesAnything = (): DefectHooks => ({
  crypto: (crypto) => ({ ...crypto, ed25519: { ...crypto.ed25519, verify: () => true } }),
})

/** A link that went down is still listed. */
const deadPeersListed = (): DefectHooks => {
  const seen = new Map<ZoneId, Map<ZoneId, Peer>>()
  return {
    peers: (zone, listed) => {
      const known = seen.get(zone) ?? new Map<ZoneId, Peer>()
      seen.set(zone, known)
      for (const peer of listed) known.set(peer.zone, peer)
      return [...known.values()]
    },
  }
}

/** One zone never takes what is sent to it, and finds nothing when it asks. */
const deafZone = (): DefectHooks => {
  let deaf: ZoneId | undefined
  return {
    message: (delivery) => {
      const request = asked(delivery)
      if (request?.type === 'put') deaf ??= delivery.to
      const isPut = request?.type === 'put' || request?.type === 'objects.put'
      if (isPut && delivery.to === deaf) return { type: 'drop' }
      if (request?.type !== 'fetch' || delivery.from !== deaf) return undefined
      return { type: 'answer', bytes: encodePeerAnswer({ ok: true, value: { bundle: null } }) }
    },
  }
}

/** Zones say that they remember nothing, so that a zone that forgot believes to know all. */
const forgetfulPeers = (): DefectHooks => ({
  message: (delivery) => {
    const type = asked(delivery)?.type
    if (type === 'inventory') {
      return { type: 'answer', bytes: encodePeerAnswer({ ok: true, value: { wallets: [] } }) }
    }
    if (type !== 'objects.inventory') return undefined
    return { type: 'answer', bytes: encodePeerAnswer({ ok: true, value: { objects: [] } }) }
  },
})

/** A bundle goes to a zone that asked a question about something else. */
const leakyLink = (): DefectHooks => {
  let bundle: Bytes | undefined
  return {
    message: (delivery) => {
      const request = asked(delivery)
      if (request?.type === 'put') bundle = delivery.bytes
      if (request?.type !== 'inventory' || bundle === undefined) return undefined
      return { type: 'bytes', bytes: bundle }
    },
  }
}

/** The host copies a sealed key from one zone's store into another's. */
const copyingHost = (): DefectHooks => {
  const copied = new Map<string, Batch['writes'][number]>()
  return {
    batch: (zone, batch) => {
      const strange = [...copied].filter(([name]) => !name.startsWith(`${zone} `))
      const names = new Set(batch.writes.map(({ key }) => key))
      const [found] = strange.filter(([, { key }]) => !names.has(key))
      for (const write of batch.writes) {
        if (write.key.startsWith('object/')) copied.set(`${zone} ${write.key}`, write)
      }
      if (found === undefined) return batch
      copied.delete(found[0])
      return { ...batch, writes: [...batch.writes, found[1]] }
    },
  }
}

/** The store keeps a plain copy of what crosses the network beside the sealed record. */
const plainStore = (): DefectHooks => {
  let secret: Bytes | undefined
  return {
    message: (delivery) => {
      const request = asked(delivery)
      if (request?.type === 'put')
        secret = Uint8Array.from(request.bundle.objects[0]?.payload ?? [])
      return undefined
    },
    batch: (_zone, batch) => {
      if (secret === undefined) return batch
      return { ...batch, writes: [...batch.writes, { type: 'put', key: 'swap', value: secret }] }
    },
  }
}

/** A client is shown the first answer about its wallet for ever. */
const frozenAnswer = (): DefectHooks => {
  const first = new Map<string, Result<Bytes>>()
  return {
    answer: (operation, answer) => {
      if (operation !== 'wallet.show' || !answer.ok) return answer
      const body = JSON.parse(fromUtf8(answer.value)) as { wallet: { id: string } }
      const kept = first.get(body.wallet.id) ?? answer
      first.set(body.wallet.id, kept)
      return kept
    },
  }
}

/** What was done is answered as if something else had come first. */
const deniesSuccess = (): DefectHooks => ({
  answer: (operation, answer) =>
    operation === 'account.add' && answer.ok
      ? { ok: false, refusal: { code: 'conflict', detail: 'a defect of the simulation' } }
      : answer,
})

/** What was refused is answered as if it had been done. */
const inventsSuccess = (): DefectHooks => {
  let last: Result<Bytes> | undefined
  return {
    answer: (operation, answer) => {
      if (operation !== 'account.add') return answer
      if (answer.ok) {
        last = answer
        return answer
      }
      return answer.refusal.code === 'conflict' && last !== undefined ? last : answer
    },
  }
}

/** By name; each is made anew for a run. */
export const defects = {
  'lying-acknowledgement': { invariant: 1, make: lyingAcknowledgement },
  'boastful-peers': { invariant: 1, make: boastfulPeers },
  'forked-document': { invariant: 2, make: forkedDocument },
  'forgetful-peers': { invariant: 9, make: forgetfulPeers },
  'forgetful-store': { invariant: 3, make: forgetfulStore },
  'undead-object': { invariant: 4, make: undeadObject },
  'forgetful-cancellation': { invariant: 4, make: forgetfulCancellation },
  'broken-promise': { invariant: 5, make: brokenPromise },
  'generous-giver': { invariant: 6, make: generousGiver },
  'forgetful-endorser': { invariant: 6, make: forgetfulEndorser },
  'hasty-clocks': { invariant: 6, make: hastyClocks },
  'generous-guesses': { invariant: 7, make: generousGuesses },
  'believes-anything': { invariant: 8, make: believesAnything },
  'agreeable-voter': { invariant: 8, make: agreeableVoter },
  'dead-peers-listed': { invariant: 8, make: deadPeersListed },
  'deaf-zone': { invariant: 9, make: deafZone },
  'leaky-link': { invariant: 10, make: leakyLink },
  'copying-host': { invariant: 10, make: copyingHost },
  'hoarding-zone': { invariant: 10, make: hoardingZone },
  'plain-store': { invariant: 10, make: plainStore },
  'frozen-answer': { invariant: 11, make: frozenAnswer },
  'denies-success': { invariant: 12, make: deniesSuccess },
  'invents-success': { invariant: 12, make: inventsSuccess },
} as const

export type DefectName = keyof typeof defects

export const isDefect = (name: string): name is DefectName => Object.hasOwn(defects, name)
