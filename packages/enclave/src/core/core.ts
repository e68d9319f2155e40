/** The trusted core: ports in, `Core` out. Everything that a node does with keys happens here. */
import type { KmipAddresses, NodeStatus } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import {
  accept,
  attempt,
  RefusalError,
  type Refused,
  type Result,
  refuse,
} from '@holdfast/base/errors'
import type { HomeReport } from '@holdfast/base/home-statement'
import type { BootId, SessionId, WalletId } from '@holdfast/base/ids'
import { sweepWaits } from '../approvals/sweep-waits.ts'
import { beginAuditLog } from '../audit/begin-audit-log.ts'
import { advanceChanges } from '../changes/advance-changes.ts'
import { identitiesOf } from '../identity/identities-of.ts'
import type { OwnIdentities } from '../identity/own-identities.ts'
import { signZoneCa } from '../identity/zone-ca.ts'
import type { KmipServer } from '../kmip/create-kmip-server.ts'
import { catchUpIntervalMs, peerTimeoutMs, requestTimeoutMs } from '../limits.ts'
import type { ManagedObjects } from '../objects/managed-objects.ts'
import { createReplicatedObjects } from '../objects/replicated-objects.ts'
import type { Peer } from '../ports/mesh.ts'
import { reading } from '../records/reading.ts'
import { refusing } from '../refusing.ts'
import { createFailover, type Failover } from '../replication/homes/failover.ts'
import { createHomeCommands, type HomeCommands } from '../replication/homes/home-commands.ts'
import { createOwedFlush, type OwedFlush } from '../replication/outbox/flush-owed.ts'
import { answerPeer } from '../replication/peers/answer-peer.ts'
import { encodePeerAnswer, parsePeerRequest } from '../replication/peers/messages.ts'
import { dispatch } from '../routing/dispatch.ts'
import { openSession } from '../sessions/open-session.ts'
import { sessionFrame } from '../sessions/session-frame.ts'
import type { CertificateHolder } from '../tenants/certificate-holder.ts'
import { findHolder } from '../tenants/kmip-caller.ts'
import { createPendingSignatures, type PendingSignatures } from '../tenants/pending-signatures.ts'
import { relayKmip } from '../tenants/relay-kmip.ts'
import { serveKmip } from '../tenants/serve-kmip.ts'
import type { ZoneView } from '../zone/zone-view.ts'
import { type BootSequence, createBootSequence } from './boot-sequence.ts'
import type { CoreOptions } from './build-context.ts'
import type { CoreContext } from './context.ts'
import type {
  Core,
  EvidenceTarget,
  OpenedSession,
  UntrustedSessionOpening,
  ZoneTrust,
} from './core-interface.ts'
import { holderOf, isSelf } from './evidence-target.ts'
import { nodeStatus } from './node-status.ts'
import { parseEnvelope } from './parse-envelope.ts'

const notReady: Refused = refuse('not_ready', 'this node has not started yet')
/** What a boot that is not confirmed itself answers. */
const beforeKey: ReadonlySet<string> = new Set(['zone.boot', 'manifest.after'])
const notConfirmed: Refused = refuse('boot_not_confirmed', 'this boot is not confirmed here')
/** What a peer may ask whose boot is not confirmed. */
const beforeConfirmation: ReadonlySet<string> = new Set(['zone.boot', 'zone.key', 'manifest.after'])

class NodeCore implements Core {
  readonly #options: CoreOptions
  readonly #boot: BootSequence
  readonly #ready = Promise.withResolvers<void>()
  #context: CoreContext | undefined
  #failover: Failover | undefined
  #homes: HomeCommands | undefined
  /** The store is not what it was: only a new boot, with its rule, may go on from it. */
  #fallen = false
  #kmip: KmipServer | undefined
  #kmipAddresses: KmipAddresses = {}
  #view: ZoneView | undefined
  readonly #met = new Set<BootId>()
  #stopping = false
  #replaced = false
  readonly #identities: OwnIdentities
  #owed: OwedFlush | undefined
  #flushedAtMs = 0

  constructor(options: CoreOptions) {
    this.#options = options
    this.#identities = identitiesOf(options)
    this.#boot = createBootSequence(options, this.#identities, {
      serve: (context) => this.#serve(context),
      replaced: () => this.#replace(),
      fell: () => this.#fell(),
      failed: (error) => this.#ready.reject(error),
    })
    // Who waits is told by the rejection; a core that nobody waits for ends unheard.
    this.#ready.promise.catch(() => undefined)
  }

  start(): Promise<Result<void>> {
    return refusing(() =>
      reading(async () => {
        await this.#identities.start()
        return this.#boot.open()
      }),
    )
  }

  ready(): Promise<void> {
    return this.#ready.promise
  }

  async takeHomes(untrusted: Bytes): Promise<Result<HomeReport>> {
    return refusing(async () => this.#homes?.take(untrusted) ?? notReady)
  }

  takeStatement(untrusted: Bytes): Promise<Result<void>> {
    return refusing(async () => {
      const taken = await this.#boot.standing.take(untrusted)
      await this.#progress()
      return taken
    })
  }

  async #serve(context: CoreContext): Promise<void> {
    this.#view = context.zoneView
    await context.zoneView.start()
    await beginAuditLog({ ...context, live: context.zoneView.nodes() })
    if (this.#stopping || this.#replaced || this.#fallen) return
    this.#context = context
    this.#failover = createFailover(context)
    this.#owed = createOwedFlush(context)
    const manifest = () => this.#options.manifest
    this.#homes = createHomeCommands({ context, failover: this.#failover, manifest })
    this.#kmip = serveKmip(context, this.#options)
    this.#ready.resolve()
    this.#meet()
  }

  async #progress(): Promise<void> {
    await this.#background(this.#boot.progress())
    this.#meet()
  }

  /** Peers that are confirmed, and were not a moment ago. */
  #meet(): void {
    const context = this.#context
    if (context === undefined) return
    for (const peer of this.#boot.trusted.peers()) {
      if (this.#met.has(peer.boot)) continue
      this.#met.add(peer.boot)
      context.peers.heard(peer.zone)
      void context.time.refresh()
      if (peer.zone === context.zone) continue
      context.counters.linked(peer)
      // A node that has yet to hear the others cannot wait for one that leads.
      const comparesNow = context.zoneView.leads() || !context.bootRule.hasCompared(peer.zone)
      if (comparesNow) void this.#background(context.replicator.catchUp(peer))
      else this.#owed?.cameUp(peer.zone)
      void this.#background(context.markSpread.peerUp(peer))
    }
  }

  async handle(untrusted: Bytes): Promise<Result<Bytes>> {
    const context = this.#context
    if (context === undefined) return notReady
    const parsed = parseEnvelope(untrusted)
    if (!parsed.ok) return parsed
    const deadlineMs = context.clock.nowMs() + requestTimeoutMs
    return dispatch(context, { ...parsed.value, deadlineMs })
  }

  async evidence(target: EvidenceTarget, nonce: Bytes): Promise<Result<Bytes>> {
    const context = this.#context
    if (context === undefined) {
      // Governors look at the evidence of a boot before they name it.
      const { boot } = this.#options.self
      const isOwn = target.wallet === undefined && (target.boot ?? boot) === boot
      return isOwn ? this.#identities.answer(nonce) : notReady
    }
    if (isSelf(context, target)) return this.#identities.answer(nonce)
    const peer = await holderOf(context, target)
    if (!peer.ok) return peer
    const answer = await context.peers.ask(peer.value, { type: 'evidence', nonce }, peerTimeoutMs)
    return answer.ok ? accept(answer.value.evidence) : answer
  }

  async openSession(untrusted: UntrustedSessionOpening): Promise<Result<OpenedSession>> {
    return this.#context === undefined ? notReady : openSession(this.#context, untrusted)
  }

  async sessionFrame(session: SessionId, untrustedFrame: Bytes): Promise<Result<Bytes>> {
    if (this.#context === undefined) return notReady
    return sessionFrame(this.#context, session, untrustedFrame)
  }

  closeSession(id: SessionId): void {
    const session = this.#context?.sessions.get(id)
    if (this.#context === undefined || session === undefined) return
    this.#context.sessions.remove(id)
    if (session.kind !== 'relayed') return
    const peer = this.#context.peers.byBoot(session.boot)
    if (peer === undefined) return
    const closing = { type: 'session.close', session: session.remote } as const
    void this.#context.peers.ask(peer, closing, peerTimeoutMs)
  }

  sessionCaller(id: SessionId): WalletId | undefined {
    const session = this.#context?.sessions.get(id)
    return session?.kind === 'here' ? session.authenticated?.wallets[0] : undefined
  }

  async peerMessage(peer: Peer, untrusted: Bytes): Promise<Bytes> {
    const request = attempt(() => parsePeerRequest(untrusted))
    if (!request.ok) return encodePeerAnswer(request)
    const { type } = request.value
    const { standing } = this.#boot
    const context = this.#context ?? (beforeKey.has(type) ? this.#boot.pending() : undefined)
    if (context === undefined) return encodePeerAnswer(notReady)
    if (!beforeConfirmation.has(type) && !standing.trusts(peer)) {
      return encodePeerAnswer(notConfirmed)
    }
    standing.heard(peer)
    const evidence = (nonce: Bytes): Promise<Result<Bytes>> =>
      Promise.resolve(this.#identities.answer(nonce))
    const kmip = { server: this.#kmip, addresses: this.#kmipAddresses }
    const { manifest, manifests } = this.#options
    const parts = { evidence, manifest, manifests, kmip, homes: this.#homes }
    return answerPeer({ ...context, ...parts }, peer, request.value)
  }

  zoneTrust(): ZoneTrust | undefined {
    if (this.#context === undefined) return undefined
    const { crypto, identities, mesh, zone, zoneCa } = this.#context
    const { certificate } = zoneCa()
    const of = { mesh, zone, certificate }
    return { certificate, signature: signZoneCa(crypto, identities.current(), of) }
  }

  serverCertificate(...asked: Parameters<Core['serverCertificate']>): Bytes | undefined {
    const [names, { tlsPublicKey: publicKey, notAfterMs }] = asked
    if (this.#context === undefined) return undefined
    const { clock, zoneCa } = this.#context
    return zoneCa().issue({ publicKey, nowMs: clock.nowMs(), notAfterMs, ...names })
  }

  async kmipCaller(publicKey: Bytes): Promise<Result<CertificateHolder>> {
    return this.#context === undefined ? notReady : findHolder(this.#context, publicKey)
  }

  async kmip(...asked: Parameters<Core['kmip']>): Promise<Result<Bytes>> {
    const [caller, untrusted, form] = asked
    const context = this.#context
    const server = this.#kmip
    if (context === undefined || server === undefined) return notReady
    if (context.wallets.indexed(caller.tenant) !== undefined) {
      return accept(await server.handle(...asked))
    }
    const answer = await relayKmip(context, caller, untrusted, form)
    return answer.ok ? answer : accept(server.refuse(untrusted, form, answer.refusal))
  }

  announceKmip(addresses: KmipAddresses): void {
    this.#kmipAddresses = addresses
  }

  managedObjects(): ManagedObjects | undefined {
    return this.#context === undefined ? undefined : createReplicatedObjects(this.#context)
  }

  pendingSignatures(): PendingSignatures | undefined {
    return this.#context === undefined ? undefined : createPendingSignatures(this.#context)
  }

  peerUp(): void {
    void this.#progress()
  }

  peerDown(boot: BootId): void {
    this.#met.delete(boot)
    this.#context?.sessions.sweep((boot) => this.#isAlive(boot))
  }

  async tick(): Promise<void> {
    if (this.#stopping || this.#fallen) return
    await this.#background(this.#boot.hasFallen())
    // A quote may take seconds.
    void this.#background(this.#identities.tick())
    void this.#progress()
    const context = this.#context
    if (context === undefined) return
    const nowMs = context.clock.nowMs()
    context.sessions.sweep((boot) => this.#isAlive(boot))
    context.keys.sweep()
    this.#kmip?.tick()
    await this.#background(this.#checkClaim())
    // The shell lists a peer only while its heartbeats come.
    for (const peer of this.#boot.trusted.peers()) {
      context.peers.heard(peer.zone)
      this.#boot.standing.heard(peer)
    }
    void context.time.refresh()
    void this.#background(context.witnessed.spread())
    void this.#background(context.firstSeen.tick())
    await this.#background(context.rotation.tick())
    const sinceMs = nowMs - this.#flushedAtMs
    // A clock that fell must not put off what is owed until it has caught up with itself.
    if (sinceMs >= 0 && sinceMs < catchUpIntervalMs) return
    this.#flushedAtMs = nowMs
    await this.#background(this.#owed?.flush() ?? Promise.resolve())
    if (context.zoneView.leads()) void this.#background(context.scrub.round())
    void this.#background(context.acknowledger.tick())
    await this.#background(context.counters.tick())
    await this.#background(advanceChanges(context))
    void this.#background(context.placements.tick())
    // A round waits for other zones, and ticks go on meanwhile.
    void this.#background(this.#failover?.tick() ?? Promise.resolve())
    void this.#background(this.#homes?.tick() ?? Promise.resolve())
    await this.#background(sweepWaits(context))
  }

  status(): NodeStatus {
    const owed = this.#owed?.owed() ?? 0
    const identity = this.#identities
    return nodeStatus(this.#options, this.#context, { state: this.#state(), owed, identity })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#close()
    this.#identities.stop()
  }

  async #checkClaim(): Promise<void> {
    if (await this.#boot.holdsStore()) return
    if (!(await this.#boot.hasFallen())) this.#replace()
  }

  /** Nothing that was read from the store counts any more. */
  #fell(): void {
    this.#fallen = true
    this.#close()
  }

  /** Another node serves the zone now: this one must not sign by what it remembers. */
  #replace(): void {
    this.#replaced = true
    this.#close()
  }

  #close(): void {
    this.#boot.stop()
    this.#view?.stop()
    this.#context?.sessions.clear()
    this.#context?.keys.clear()
    this.#context = undefined
    this.#failover = undefined
    this.#homes = undefined
    this.#kmip?.stop()
    this.#kmip = undefined
  }

  #state(): NodeStatus['state'] {
    if (this.#fallen) return 'fallen'
    if (this.#replaced) return 'replaced'
    if (this.#stopping) return 'stopping'
    if (this.#boot.waitsForKey()) return 'waiting_for_zone_key'
    if (this.#boot.pending() !== undefined) return 'waiting_for_confirmation'
    if (this.#context === undefined) return 'starting'
    return this.#context.zoneView.check().ok ? 'ready' : 'late'
  }

  #isAlive(boot: BootId): boolean {
    return this.#options.mesh.peers().some((peer) => peer.boot === boot)
  }

  /** Work that nobody waits for: what the store or a peer refuses is tried again later. */
  async #background(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
    }
  }
}

/** The core of one node; `start` and `ready` come next. */
export const createCore = (options: CoreOptions): Core => new NodeCore(options)
