/** The mesh port: one link to each configured peer for asking, incoming links for answering. */
import type { TLSSocket } from 'node:tls'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import type { Core } from '@holdfast/enclave/core/core-interface'
import type { Mesh, Peer } from '@holdfast/enclave/ports/mesh'
import { linksPerPeerMax, verdictCheckMs, verdictMaxAgeMs } from '../limits.ts'
import { createFairTurns, type FairTurns } from '../listeners/fair-turns.ts'
import type { Logs } from '../logs.ts'
import { type Dialer, startDialer } from './dial.ts'
import { type Link, openLink } from './link.ts'
import { createOwnCertificates } from './link-life.ts'
import { listenForPeers, type MeshListener } from './listen.ts'
import type { HostPort, PeerAddress } from './peer-address.ts'
import type { PeerVerdict, VerifyPeer } from './peer-verdict.ts'
import type { TlsIdentity, VerifiedTlsPeer } from './tls-peer.ts'
import { type KeptVerdict, renewVerdicts } from './verdicts.ts'

export type MeshOptions = {
  readonly boot: BootId
  readonly identity: TlsIdentity
  readonly verify: VerifyPeer
  /** Absent: this node takes no links. */
  readonly listen?: HostPort
  readonly peers: readonly PeerAddress[]
  /** Monotonic milliseconds. */
  nowMs(): number
  /** In [0, 1). */
  random(): number
  readonly logs: Logs
  /** Those of the listeners, which share the processor; where absent, the zones' own. */
  readonly turns?: Pick<FairTurns, 'take'>
}

export type MeshHandlers = Pick<Core, 'peerUp' | 'peerDown' | 'peerMessage'>

export type MeshLinks = Mesh & {
  /** Takes and dials links from now on. Refusals: `address_in_use`. */
  start(core: MeshHandlers): Promise<Result<{ readonly port?: number }>>
  /** Judges every peer again, as when the manifest or the TCB policy has changed. */
  renewVerdicts(): Promise<void>
  /** Shows this certificate from now on: of newer collateral, or of the next identity. */
  setIdentity(identity: TlsIdentity): void
  stop(): Promise<void>
}

type Outgoing = { readonly verdict: PeerVerdict; readonly link: Link; isDue: boolean }

const peerOf = ({ boot, zone, level, measurement }: PeerVerdict, link: Link | undefined): Peer => ({
  boot,
  zone,
  level,
  measurement,
  roundTripMs: link?.roundTripMs() ?? 0,
})

/** Links that this node has verified, and that are watched until they end. */
const createLinkTable = (options: MeshOptions) => {
  const { turns = createFairTurns() } = options
  const kept = new Set<KeptVerdict>()
  const certificates = createOwnCertificates(options.nowMs)
  /** Opens a link whose verdict is kept good until an identity ends; `onClose` follows. */
  const open = (
    socket: TLSSocket,
    peer: VerifiedTlsPeer,
    handlers: Omit<Parameters<typeof openLink>[1], 'nowMs'>,
  ): Link => {
    const fields = { peerZone: peer.verdict.zone, peerBoot: peer.verdict.boot }
    const entry: KeptVerdict = {
      peer,
      verifiedAtMs: options.nowMs(),
      cut: (reason) => link.close(reason),
    }
    const turn = { key: peer.verdict.zone, kind: 'peers' } as const
    const link: Link = openLink(socket, {
      ...handlers,
      serve: (question) => turns.take(turn, () => handlers.serve(question)),
      nowMs: options.nowMs,
      onClose: (reason) => {
        clearTimeout(ending)
        kept.delete(entry)
        options.logs.info('link down', { ...fields, reason })
        handlers.onClose(reason)
      },
    })
    const { endsInMs } = certificates.lifeOf(socket, peer.verdict)
    const ending = setTimeout(() => link.close('an identity of the link has ended'), endsInMs)
    kept.add(entry)
    return link
  }
  return { kept, open, certificates }
}

/** Links that others dialled: their questions are answered. Past a bound the oldest is cut. */
const createIncoming = (
  table: ReturnType<typeof createLinkTable>,
  boot: BootId,
  core: () => MeshHandlers | undefined,
) => {
  const links = new Map<BootId, readonly Link[]>()
  return (socket: TLSSocket, peer: VerifiedTlsPeer): void => {
    const { verdict } = peer
    const handlers = core()
    if (verdict.boot === boot || handlers === undefined) {
      socket.destroy()
      return
    }
    const of = (): readonly Link[] => links.get(verdict.boot) ?? []
    const link: Link = table.open(socket, peer, {
      serve: (question) => handlers.peerMessage(peerOf(verdict, link), question),
      onUp: () => undefined,
      onClose: () => {
        const left = of().filter((other) => other !== link)
        if (left.length === 0) links.delete(verdict.boot)
        else links.set(verdict.boot, left)
      },
    })
    links.set(verdict.boot, [...of(), link])
    if (of().length > linksPerPeerMax) of()[0]?.close('newer links replaced it')
  }
}

/** Links that this node dialled: it asks over them. */
const createOutgoing = (
  table: ReturnType<typeof createLinkTable>,
  options: MeshOptions,
  core: () => MeshHandlers | undefined,
) => {
  const up = new Map<BootId, Outgoing>()
  /**
   * Settles when the link has ended, or when it is time for one that takes its place; true where
   * it had been up. The one before goes on until an identity of it ends.
   */
  const admit = (socket: TLSSocket, peer: VerifiedTlsPeer): Promise<boolean> => {
    const { verdict } = peer
    const handlers = core()
    const isServed = (): boolean => up.get(verdict.boot)?.isDue === false
    if (verdict.boot === options.boot || isServed() || handlers === undefined) {
      socket.destroy()
      return Promise.resolve(false)
    }
    return new Promise((resolve) => {
      const mine = (): boolean => up.get(verdict.boot)?.link === link
      const { dueInMs } = table.certificates.lifeOf(socket, verdict)
      const due = setTimeout(() => {
        const own = up.get(verdict.boot)
        if (own?.link !== link) return
        own.isDue = true
        resolve(true)
      }, dueInMs)
      const link: Link = table.open(socket, peer, {
        serve: (question) => handlers.peerMessage(peerOf(verdict, link), question),
        onUp: () => {
          if (isServed()) return link.close('another address leads to the same node')
          const isKnown = up.has(verdict.boot)
          up.set(verdict.boot, { verdict, link, isDue: false })
          options.logs.info('link up', { peerZone: verdict.zone, peerBoot: verdict.boot })
          if (!isKnown) handlers.peerUp(peerOf(verdict, link))
        },
        onClose: () => {
          clearTimeout(due)
          const was = mine()
          if (was) up.delete(verdict.boot)
          if (was) handlers.peerDown(verdict.boot)
          resolve(was)
        },
      })
    })
  }
  return { up, admit }
}

export const createMesh = (options: MeshOptions): MeshLinks => {
  let core: MeshHandlers | undefined
  let { identity } = options
  let listener: MeshListener | undefined
  let dialers: readonly Dialer[] = []
  let renewal: NodeJS.Timeout | undefined
  const table = createLinkTable(options)
  table.certificates.add(identity)
  const incoming = createIncoming(table, options.boot, () => core)
  const outgoing = createOutgoing(table, options, () => core)
  const renew = (olderThanMs: number): Promise<void> =>
    renewVerdicts([...table.kept], { ...options, olderThanMs })

  return {
    peers: () => [...outgoing.up.values()].map(({ verdict, link }) => peerOf(verdict, link)),
    ask: async (boot, message, asking) => {
      const link = outgoing.up.get(boot)?.link
      return link === undefined
        ? refuse('unreachable', 'there is no link to this node')
        : link.ask(message, asking)
    },
    start: async (handlers) => {
      core = handlers
      if (options.listen !== undefined) {
        const { listen: address, verify, logs } = options
        const listening = await listenForPeers({ address, identity, verify, logs, admit: incoming })
        if (!listening.ok) return listening
        listener = listening.value
      }
      dialers = options.peers.map((address) =>
        startDialer({ ...options, address, identity: () => identity, admit: outgoing.admit }),
      )
      renewal = setInterval(() => void renew(verdictMaxAgeMs), verdictCheckMs)
      return accept(listener === undefined ? {} : { port: listener.port })
    },
    renewVerdicts: () => renew(0),
    setIdentity: (renewed) => {
      identity = renewed
      table.certificates.add(renewed)
      listener?.setIdentity(renewed)
    },
    stop: async () => {
      clearInterval(renewal)
      await Promise.all([...dialers.map((dialer) => dialer.stop()), listener?.stop()])
      for (const { cut } of table.kept) cut('this node is stopping')
    },
  }
}
