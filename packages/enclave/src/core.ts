/** The trusted core: ports in, `Core` out. Everything that a node does with keys happens here. */
import type { KmipAddresses, NodeStatus } from '@holdfast/base/answers'
import { authorisation } from '@holdfast/base/authorisation'
import type { Bytes } from '@holdfast/base/bytes'
import {
  accept,
  attempt,
  RefusalError,
  type Refused,
  type Result,
  refuse,
} from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import type { BootId, SessionId, ZoneId } from '@holdfast/base/ids'
import { authorisationsMax } from '@holdfast/base/limits'
import { base64url, bytesOf, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { sweepWaits } from './approvals/sweep-waits.ts'
import { beginAuditLog } from './audit/begin-audit-log.ts'
import { buildContext, type CoreOptions } from './build-context.ts'
import { advanceChanges } from './changes/advance-changes.ts'
import type { CoreContext } from './context.ts'
import type {
  CertificateNames,
  Core,
  EvidenceTarget,
  OpenedSession,
  UntrustedSessionOpening,
  ZoneTrust,
} from './core-interface.ts'
import { holderOf, isSelf } from './evidence-target.ts'
import { answerNonce, collectEvidence } from './identity/own-evidence.ts'
import { signZoneCa } from './identity/zone-ca.ts'
import type { KmipForm, KmipServer } from './kmip/create-kmip-server.ts'
import { catchUpIntervalMs, followerRounds, peerTimeoutMs, requestTimeoutMs } from './limits.ts'
import { nodeStatus } from './node-status.ts'
import type { ManagedObjects } from './objects/managed-objects.ts'
import { createReplicatedObjects } from './objects/replicated-objects.ts'
import type { Peer } from './ports/mesh.ts'
import { reading } from './records/reading.ts'
import { joinStore } from './records/shared-store.ts'
import { claimStore, type StoreClaim } from './records/store-claim.ts'
import { refusing } from './refusing.ts'
import { answerPeer } from './replication/answer-peer.ts'
import { encodePeerAnswer } from './replication/messages.ts'
import { createPeers } from './replication/peers.ts'
import { dispatch } from './routing/dispatch.ts'
import { openSession } from './sessions/open-session.ts'
import { sessionFrame } from './sessions/session-frame.ts'
import { type CertificateHolder, findHolder } from './tenants/kmip-caller.ts'
import { createPendingSignatures, type PendingSignatures } from './tenants/pending-signatures.ts'
import { relayKmip } from './tenants/relay-kmip.ts'
import { serveKmip } from './tenants/serve-kmip.ts'
import type { ZoneView } from './zone/zone-view.ts'
import { askHandover } from './zone-key/handover.ts'
import { type OpenedZoneKey, openZoneKey } from './zone-key/open-zone-key.ts'
import { oneZoneKey, type ZoneKeys } from './zone-key/zone-keys.ts'

const envelope = z.strictObject({
  request: base64url,
  authorisations: z.array(authorisation).max(authorisationsMax),
})

const notReady: Refused = refuse('not_ready', 'this node has not started yet')

class NodeCore implements Core {
  readonly #options: CoreOptions
  #context: CoreContext | undefined
  #heldClaim: StoreClaim | undefined
  #kmip: KmipServer | undefined
  #kmipAddresses: KmipAddresses = {}
  #view: ZoneView | undefined
  /** Zones whose links came up, and whose inventories another node of this zone may compare. */
  readonly #cameUp = new Set<ZoneId>()
  #rounds = 0
  #stopping = false
  #replaced = false
  #waiting = false
  #evidence: Evidence | undefined
  #owed = 0
  #flushedAtMs = 0

  constructor(options: CoreOptions) {
    this.#options = options
  }

  start(): Promise<Result<void>> {
    return refusing(() => reading(() => this.#open()))
  }

  async #open(): Promise<Result<void>> {
    const opened = await this.#zoneKey()
    if (!opened.ok) return opened
    const zoneKeys = oneZoneKey(opened.value.zoneKey)
    const claim = await this.#claim(zoneKeys)
    if (!claim.ok) return claim
    const context = buildContext(this.#options, {
      zoneKeys,
      claim: claim.value,
      replaced: () => this.#replace(),
    })
    this.#view = context.zoneView
    await context.zoneView.start()
    await beginAuditLog({ ...context, live: context.zoneView.nodes() })
    await this.#collect()
    this.#context = context
    this.#kmip = serveKmip(context, this.#options)
    for (const peer of this.#options.mesh.peers()) this.peerUp(peer)
    return accept(undefined)
  }

  async handle(untrusted: Bytes): Promise<Result<Bytes>> {
    const context = this.#context
    if (context === undefined) return notReady
    const parsed = attempt(() => {
      const { request, authorisations } = parseJson(envelope, untrusted)
      return { request: bytesOf(request, 'base64url'), authorisations }
    })
    if (!parsed.ok) return parsed
    const deadlineMs = context.clock.nowMs() + requestTimeoutMs
    return dispatch(context, { ...parsed.value, deadlineMs })
  }

  async evidence(target: EvidenceTarget, nonce: Bytes): Promise<Result<Bytes>> {
    const context = this.#context
    if (context === undefined) return notReady
    if (isSelf(context, target)) return this.#ownEvidence(nonce)
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

  async peerMessage(peer: Peer, untrusted: Bytes): Promise<Bytes> {
    const context = this.#context
    if (context === undefined) return encodePeerAnswer(notReady)
    const evidence = (nonce: Bytes): Promise<Result<Bytes>> =>
      Promise.resolve(this.#ownEvidence(nonce))
    const kmip = { server: this.#kmip, addresses: this.#kmipAddresses }
    const { manifest } = this.#options
    return answerPeer({ ...context, evidence, manifest, kmip }, peer, untrusted)
  }

  zoneTrust(): ZoneTrust | undefined {
    if (this.#context === undefined) return undefined
    const { crypto, identity, mesh, zone, zoneCa } = this.#context
    const { certificate } = zoneCa
    return { certificate, signature: signZoneCa(crypto, identity, { mesh, zone, certificate }) }
  }

  serverCertificate(names: CertificateNames): Bytes | undefined {
    if (this.#context === undefined) return undefined
    const { clock, identity, zoneCa } = this.#context
    return zoneCa.issue({ publicKey: identity.tlsPublicKey, nowMs: clock.nowMs(), ...names })
  }

  async kmipCaller(publicKey: Bytes): Promise<Result<CertificateHolder>> {
    return this.#context === undefined ? notReady : findHolder(this.#context, publicKey)
  }

  async kmip(caller: CertificateHolder, untrusted: Bytes, form: KmipForm): Promise<Result<Bytes>> {
    const context = this.#context
    const server = this.#kmip
    if (context === undefined || server === undefined) return notReady
    if (context.wallets.indexed(caller.tenant) !== undefined) {
      return accept(await server.handle(caller, untrusted, form))
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

  peerUp(peer: Peer): void {
    const context = this.#context
    if (context === undefined) return
    context.peers.heard(peer.zone)
    void context.time.refresh()
    if (peer.zone === context.zone) return
    context.counters.linked(peer)
    if (context.zoneView.leads()) void this.#background(context.replicator.catchUp(peer))
    else this.#cameUp.add(peer.zone)
    void this.#background(context.markSpread.peerUp(peer))
  }

  peerDown(): void {
    this.#context?.sessions.sweep((boot) => this.#isAlive(boot))
  }

  async tick(): Promise<void> {
    const context = this.#context
    if (context === undefined || this.#stopping) return
    const nowMs = context.clock.nowMs()
    context.sessions.sweep((boot) => this.#isAlive(boot))
    context.keys.sweep()
    this.#kmip?.tick()
    await this.#background(this.#checkClaim())
    // The shell lists a peer only while its heartbeats come.
    for (const peer of this.#options.mesh.peers()) context.peers.heard(peer.zone)
    void context.time.refresh()
    void this.#background(context.witnessed.spread())
    const sinceMs = nowMs - this.#flushedAtMs
    // A clock that fell must not put off what is owed until it has caught up with itself.
    if (sinceMs >= 0 && sinceMs < catchUpIntervalMs) return
    this.#flushedAtMs = nowMs
    await this.#background(this.#flushOwed(context))
    await this.#background(context.counters.tick())
    await this.#background(advanceChanges(context))
    await this.#background(sweepWaits(context))
  }

  status(): NodeStatus {
    return nodeStatus(this.#options, this.#context, { state: this.#state(), owed: this.#owed })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#close()
  }

  async #zoneKey(): Promise<Result<OpenedZoneKey>> {
    const { crypto, clock, manifest, mesh, self } = this.#options
    const { zone } = self
    const peers = createPeers(mesh, clock)
    const opened = await openZoneKey({
      ...this.#options,
      mesh: manifest.mesh,
      zone,
      ask: () => askHandover({ crypto, peers, zone }),
      waiting: () => {
        this.#waiting = true
      },
      stopping: () => this.#stopping,
    })
    this.#waiting = false
    return opened
  }

  async #claim(zoneKeys: ZoneKeys): Promise<Result<StoreClaim>> {
    const { manifest, self } = this.#options
    const sealing = { mesh: manifest.mesh, zone: self.zone, boot: self.boot, zoneKeys }
    const { store } = this.#options
    const claim =
      store.sharing === 'shared'
        ? await joinStore(store)
        : await claimStore({ ...this.#options, ...sealing })
    if (claim.ok) this.#heldClaim = claim.value
    return claim
  }

  async #checkClaim(): Promise<void> {
    if ((await this.#heldClaim?.isHeld()) === false) this.#replace()
  }

  /** Another node serves the zone now: this one must not sign by what it remembers. */
  #replace(): void {
    this.#replaced = true
    this.#close()
  }

  #close(): void {
    this.#view?.stop()
    this.#context?.sessions.clear()
    this.#context?.keys.clear()
    this.#context = undefined
    this.#kmip?.stop()
    this.#kmip = undefined
  }

  #state(): NodeStatus['state'] {
    if (this.#replaced) return 'replaced'
    if (this.#stopping) return 'stopping'
    if (this.#waiting) return 'waiting_for_zone_key'
    if (this.#context === undefined) return 'starting'
    return this.#context.zoneView.check().ok ? 'ready' : 'late'
  }

  #isAlive(boot: BootId): boolean {
    return this.#options.mesh.peers().some((peer) => peer.boot === boot)
  }

  async #collect(): Promise<void> {
    const { evidence, identity, quote } = this.#options
    this.#evidence = await collectEvidence(evidence, identity, quote)
  }

  #ownEvidence(nonce: Bytes): Result<Bytes> {
    if (this.#evidence === undefined) return notReady
    return answerNonce(this.#options.crypto, this.#options.identity, this.#evidence, nonce)
  }

  /**
   * What is owed is sent by one node of the zone; by the others more seldom, for the one may not
   * reach a zone that they do.
   */
  async #flushOwed(context: CoreContext): Promise<void> {
    const { peers, replicator, zoneView, zone } = context
    this.#rounds += 1
    if (!zoneView.leads() && this.#rounds % followerRounds !== 0) return
    this.#owed = await replicator.owedCount()
    const zones = new Set(peers.list().map((peer) => peer.zone))
    zones.delete(zone)
    await Promise.all(
      [...zones].map(async (other) => {
        const peer = peers.ofZone(other)
        if (peer === undefined) return
        if (this.#owed > 0) await replicator.flush(peer)
        await (this.#cameUp.delete(other) ? replicator.catchUp(peer) : replicator.resume(peer))
        await context.markSpread.flush(peer)
      }),
    )
  }

  /** Work that nobody waits for: what the store or a peer refuses is tried again later. */
  async #background(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
    }
  }
}

/**
 * The core of one node.
 *
 *     const core = createCore({ ...ports, manifest, identity, quote, self })
 *     const started = await core.start()
 */
export const createCore = (options: CoreOptions): Core => new NodeCore(options)
