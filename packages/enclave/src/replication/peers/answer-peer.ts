/** What this node answers when a peer asks: one entry for each message. */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { NodeName } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { CborValue } from '@holdfast/base/cbor'
import { accept, attempt, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { parseRequest } from '@holdfast/base/requests/request'
import { cancelledAnswersHere } from '../../cancellation/answers.ts'
import { isUnsent } from '../../cancellation/release-unsent.ts'
import type { CoreContext } from '../../core/context.ts'
import { recalls } from '../../marks/recalls.ts'
import { acceptObjects } from '../../objects/accept-objects.ts'
import { changeObjectsHere, createObjectsHere } from '../../objects/replicated-objects.ts'
import { outcomeHere } from '../../outcomes/find-outcome.ts'
import { supersededHere } from '../../outcomes/superseded-objects.ts'
import { placementAnswersHere } from '../../placement/answers.ts'
import type { Manifests } from '../../ports/manifests.ts'
import type { Peer } from '../../ports/mesh.ts'
import { dispatch } from '../../routing/dispatch.ts'
import { knowsAll } from '../../routing/knows-all.ts'
import { openSession } from '../../sessions/open-session.ts'
import { sessionFrame } from '../../sessions/session-frame.ts'
import { answerKmipCaller, answerKmipMessage, type ServedKmip } from '../../tenants/answer-kmip.ts'
import { checkHolder } from '../../tenants/kmip-caller.ts'
import { checkLevel } from '../../tenants/level-rule.ts'
import { answerWait } from '../../tenants/waiting-signs.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'
import { answerHandover } from '../../zone-key/handover.ts'
import { acceptWallet, fromPeer } from '../accept-wallet.ts'
import { clearBundle, clearObjects, readBundle, readObjects } from '../bundle.ts'
import {
  inventory,
  markInventory,
  objectInventory,
  promiseInventory,
} from '../compare/inventories.ts'
import { answerPromise } from '../homes/answer-promise.ts'
import type { HomeCommands } from '../homes/home-commands.ts'
import { checkPromised, homeNow } from '../homes/leadership.ts'
import { holdersOf } from '../quorum/quorum.ts'
import { rememberersOf } from '../quorum/voters.ts'
import { encodePeerAnswer, type PeerAnswer, type PeerRequest } from './messages.ts'

type PeerContext = CoreContext & {
  readonly evidence: (nonce: Bytes) => Promise<Result<Bytes>>
  readonly manifests: Manifests | undefined
  readonly manifest: VerifiedManifest
  readonly kmip: ServedKmip
  /** Once the node serves. */
  readonly homes: Pick<HomeCommands, 'obey'> | undefined
}

/** The home answers what nodes write for KMIP clients, if they may speak for them. */
const speaksFor = async (
  context: CoreContext,
  peer: Peer,
  wallet: WalletId,
): Promise<Result<WalletEntry>> => {
  const entry = await context.wallets.read(wallet)
  if (entry === undefined || homeNow(context, entry.wallet) !== context.zone) {
    return refuse('not_here', 'this zone is not the home of the wallet')
  }
  const allowed = checkLevel(context, peer.level, entry)
  return allowed.ok ? accept(entry) : allowed
}

type Handlers = {
  readonly [Type in PeerRequest['type']]: (
    context: PeerContext,
    peer: Peer,
    request: Extract<PeerRequest, { type: Type }>,
  ) => Promise<Result<PeerAnswer<Type>>>
}

const nameOf = ({ zone, boot, measurement }: Peer): NodeName => ({ zone, boot, measurement })

const handlers: Handlers = {
  'zone.boot': (context, peer, claim) => context.standing.answer(peer, claim),
  'zone.key': async (context, peer) =>
    answerHandover({ ...context, nowMs: context.clock.nowMs() }, peer),
  'manifest.seen': async ({ firstSeen }, _peer, { manifest }) =>
    accept({ at: firstSeen.of(manifest) ?? null }),
  'zone.next': async (context, peer, { epoch, key }) => {
    const taken = await context.rotation.take(peer, { epoch, key })
    return taken.ok ? accept({}) : taken
  },
  'manifest.after': async ({ manifests }, _peer, { serial, limit }) =>
    accept({ manifests: [...(manifests?.after(serial, limit) ?? [])] }),
  'audit.witness': async (context, peer, request) => context.witness.extend(peer, request),
  put: async (context, peer, { bundle }) => {
    const accepted = await context.inFlight.run(peer.zone, () =>
      acceptWallet(context, bundle, { ...fromPeer, sender: peer.zone }),
    )
    clearBundle(bundle)
    if (!accepted.ok) return accepted
    const held = context.wallets.indexed(accepted.value.entry.wallet.id)
    if (held === undefined) return refuse('internal', 'an accepted wallet is not indexed')
    return accept({ held: { epoch: held.epoch, version: held.version } })
  },
  has: async (context, _peer, { wallet }) => {
    const held = context.wallets.indexed(wallet)
    return accept({
      held: held === undefined ? null : { epoch: held.epoch, version: held.version },
      counts:
        held === undefined
          ? knowsAll(context)
          : !isUnsent(context, wallet) &&
            context.bootRule.check(rememberersOf(context, held)).ok &&
            checkPromised(context, held, held).ok,
      ...(held !== undefined && !context.acknowledged.waits(wallet) && { acknowledged: true }),
    })
  },
  digests: async (context, peer) => accept({ buckets: context.digests.of(peer.zone) }),
  inventory: async (context, peer, request) => {
    await context.inFlight.settled(peer.zone)
    return accept(inventory(context, peer, request))
  },
  promises: async (context, peer, { after }) => accept(promiseInventory(context, peer, after)),
  promise: async (context, peer, request) => {
    const answered = await answerPromise(context, peer, request)
    // What it had sent before may still be on its way into the store, and must be told with it.
    for (const zone of holdersOf(request.group)) await context.inFlight.settled(zone)
    return answered
  },
  outcome: async (context, peer, { wallet, request }) => {
    const zones = context.wallets.indexed(wallet)?.holders ?? []
    return accept(zones.includes(peer.zone) ? await outcomeHere(context, wallet, request) : null)
  },
  superseded: async (context, peer, { wallet }) => {
    const zones = context.wallets.indexed(wallet)?.holders ?? []
    return accept({
      objects: zones.includes(peer.zone) ? await supersededHere(context, wallet) : [],
    })
  },
  'homes.take': async ({ homes }, _peer, { statement }) =>
    homes?.obey(statement) ?? refuse('not_ready', 'this node has not started yet'),
  fetch: async (context, peer, { wallet }) => {
    const current = context.zoneView.check()
    if (!current.ok) return current
    // Nobody outside a placement ever receives bytes that it can open (DESIGN §7).
    const holders = context.wallets.indexed(wallet)?.holders ?? []
    if (!holders.includes(peer.zone)) return accept({ bundle: null })
    const read = await readBundle(context, wallet)
    return read.ok ? accept({ bundle: read.value ?? null }) : read
  },
  marks: async (context, peer, { after }) => {
    // Its first page says what was cancelled, which the peer may have told and forgotten since.
    if (after === undefined) await context.inFlight.settled(peer.zone)
    return accept(markInventory(context, peer, after))
  },
  'marks.put': async (context, _peer, { wallet, marks }) => {
    const certain = recalls(context, wallet)
    const added = await context.marks.add(wallet, marks)
    if (!added.ok) return added
    if (added.value.added.length > 0) context.markSpread.passOn(wallet)
    return accept({ late: [...added.value.late], certain })
  },
  'change.open': async (context, _peer, { wallet, change }) => {
    const held = context.wallets.indexed(wallet)
    if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
    // What was said here against the change may have been forgotten.
    const booted = await context.bootRule.wait(held)
    if (!booted.ok) return booted
    const opened = await context.marks.open(wallet, change)
    return opened.ok ? accept({ marks: [...opened.value] }) : opened
  },
  'objects.put': async (context, peer, { bundle }) => {
    const accepted = await context.inFlight.run(peer.zone, () =>
      acceptObjects(context, bundle, fromPeer),
    )
    clearObjects(bundle)
    if (!accepted.ok) return accepted
    return accept({
      held: accepted.value.map((entry) => {
        const held = context.objects.indexed(entry.object) ?? entry
        return { epoch: held.epoch, version: held.version }
      }),
    })
  },
  'objects.inventory': async (context, peer, request) => {
    await context.inFlight.settled(peer.zone)
    return accept(objectInventory(context, peer, request))
  },
  'objects.fetch': async (context, peer, { object }) => {
    const current = context.zoneView.check()
    if (!current.ok) return current
    const wallet = context.objects.indexed(object)?.wallet
    const holders = wallet === undefined ? [] : (context.wallets.indexed(wallet)?.holders ?? [])
    if (!holders.includes(peer.zone)) return accept({ bundle: null })
    return accept({ bundle: await readObjects(context, [object]) })
  },
  'objects.create': async (context, peer, { wallet, objects }) => {
    const entry = await speaksFor(context, peer, wallet)
    if (!entry.ok) return entry
    const created = await createObjectsHere(context, entry.value, objects)
    for (const { payload } of objects) payload.fill(0)
    return created.ok ? accept({}) : created
  },
  'objects.change': async (context, peer, { wallet, changes }) => {
    const entry = await speaksFor(context, peer, wallet)
    if (!entry.ok) return entry
    const changed = await changeObjectsHere(context, entry.value, changes)
    return changed.ok ? accept({}) : changed
  },
  forward: async (context, peer, { request, authorisations, certificate, remainingMs }) => {
    if (certificate !== undefined) {
      const parsed = attempt(() => parseRequest(request))
      if (!parsed.ok) return parsed
      if (!('wallet' in parsed.value)) return refuse('unauthenticated', 'no wallet is named')
      const spoken = await speaksFor(context, peer, parsed.value.wallet)
      if (!spoken.ok) return spoken
    }
    const answered = await dispatch(context, {
      request,
      authorisations,
      ...(certificate === undefined ? {} : { certificate }),
      relayedBy: nameOf(peer),
      deadlineMs: context.clock.nowMs() + remainingMs,
    })
    return answered.ok ? accept({ body: answered.value }) : answered
  },
  evidence: async (context, _peer, { nonce }) => {
    const evidence = await context.evidence(nonce)
    return evidence.ok ? accept({ evidence: evidence.value }) : evidence
  },
  'session.open': (context, peer, { boot, prologue, message }) =>
    openSession(context, { boot, prologue, message }, nameOf(peer)),
  'session.frame': async (context, _peer, { session, frame }) => {
    const answered = await sessionFrame(context, session, frame)
    return answered.ok ? accept({ frame: answered.value }) : answered
  },
  'session.close': async (context, _peer, { session }) => {
    context.sessions.remove(session)
    return accept({})
  },
  'kmip.caller': (context, _peer, request) => answerKmipCaller(context, context.kmip, request),
  'kmip.wait': async (context, peer, { tenant, credential, ask }) => {
    const entry = await speaksFor(context, peer, tenant)
    if (!entry.ok) return entry
    const holder = await checkHolder(context, { tenant, credential })
    return holder.ok ? answerWait(context, { tenant, credential }, ask) : holder
  },
  'kmip.message': (context, peer, request) =>
    answerKmipMessage(context, context.kmip, peer, request),
  time: async (context) => accept({ nowMs: context.clock.nowMs() }),
  ...placementAnswersHere,
  ...cancelledAnswersHere,
  'count.report': ({ counters }, peer, request) => counters.answers['count.report'](peer, request),
  'count.endorse': ({ counters }, peer, request) =>
    counters.answers['count.endorse'](peer, request),
  'count.give': ({ counters }, peer, request) => counters.answers['count.give'](peer, request),
  'count.intent': ({ counters }, peer, request) => counters.answers['count.intent'](peer, request),
  'count.intents': ({ counters }, peer, request) =>
    counters.answers['count.intents'](peer, request),
  'count.charged': ({ counters }, peer, request) =>
    counters.answers['count.charged'](peer, request),
  'count.recover': ({ counters }, peer, request) =>
    counters.answers['count.recover'](peer, request),
  'count.wallets': ({ counters }, peer, request) =>
    counters.answers['count.wallets'](peer, request),
}

const handle = async (
  context: PeerContext,
  peer: Peer,
  request: PeerRequest,
): Promise<Result<CborValue>> => {
  const handler = handlers[request.type] as (
    context: PeerContext,
    peer: Peer,
    request: PeerRequest,
  ) => Promise<Result<CborValue>>
  try {
    return await handler(context, peer, request)
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal }
    throw error
  }
}

export const answerPeer = async (
  context: PeerContext,
  peer: Peer,
  request: PeerRequest,
): Promise<Bytes> => {
  context.peers.heard(peer.zone)
  return encodePeerAnswer(await handle(context, peer, request))
}
