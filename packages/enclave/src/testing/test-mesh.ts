/** Several real cores in one process: real cryptography, memory stores, links that can be cut. */
import {
  createSimulatedPlatform,
  createSimulatedRoot,
  encodeBootStatement,
  encodeHomeStatement,
  encodeSignedStatement,
  ppidHashOf,
  reportDataOf,
  signBootStatement,
  signHomeStatement,
  simulatedCollateral,
  simulatedQuote,
  simulatedRootCertificate,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { type Bytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { refuse } from '@holdfast/base/errors'
import type { HomeStatement } from '@holdfast/base/home-statement'
import { type BootId, type MeshId, ZoneId } from '@holdfast/base/ids'
import { createCore } from '../core/core.ts'
import type { Core } from '../core/core-interface.ts'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import { createGeneralCrypto } from '../crypto/general/general-crypto.ts'
import { createIdentity, type NodeIdentity } from '../identity/node-identity.ts'
import type { KmipServerFacts } from '../kmip/server-facts.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { OwnEvidence } from '../ports/evidence.ts'
import type { Mesh, Peer } from '../ports/mesh.ts'
import type { Sealing } from '../ports/sealing.ts'
import type { Store } from '../ports/store.ts'
import { isInForce } from '../zone-key/handover.ts'
import { createMemoryDisk, type MemoryDisk, openMemoryStore } from './memory-store.ts'
import {
  testMeasurement as measurement,
  type TestMachine,
  testManifest,
  testZones,
} from './test-manifest.ts'

export { testZones } from './test-manifest.ts'

export type TestNode = {
  /** The zone's id, but for a second node of a zone. */
  readonly name: string
  readonly zone: ZoneId
  readonly core: Core
  readonly identity: NodeIdentity
}

export type StartOptions = {
  /** A node beside the zone's first, under a name of its own. */
  readonly name?: string
  /** What the machine has sealed; default what the zone's first machine has. */
  readonly sealing?: Sealing
  /** What its peers take its enclave for. */
  readonly measurement?: string
  /** The disk of another zone, or a copy; default the zone's. */
  readonly disk?: MemoryDisk
  /** `zones`: no governor helps where the zones do not confirm the boot; then it is waited for
   * no further than that its core has opened. */
  readonly confirmedBy?: 'zones'
}

export type TestMeshOptions = {
  readonly zones?: readonly string[]
  /** More nodes than one a zone, such as `eu-west/2`; then all stores are shared. */
  readonly more?: readonly string[]
  /** What a node sees of its zone's store. */
  readonly seenBy?: (name: string, store: Store) => Store
  readonly outboxPerZoneMax?: number
  /** Machines of zones that are not simulated SGX, and what the manifest says for them. */
  readonly machines?: Readonly<Record<string, TestMachine>>
  readonly manifest?: Pick<VerifiedManifest['manifest'], 'snp' | 'simulatedSnpRoot'>
  /** What the operator sets of the KMIP server. */
  readonly kmip?: Partial<KmipServerFacts>
}

export type TestMesh = {
  readonly crypto: Crypto
  readonly mesh: MeshId
  readonly manifest: VerifiedManifest
  /**
   * The manifest after this one, at every node at once; new code in it waits for so long from when
   * it was first seen, whatever its date.
   */
  govern(change: Partial<VerifiedManifest['manifest']>, delayMs?: number): void
  node(zone: string): TestNode
  /** The core that was last begun under this name, whether it has started or not. */
  starting(name: string): Core | undefined
  /** Ends a core as kill -9 would: nothing more comes from it or reaches it. */
  kill(zone: string): void
  /** A statement of governors on these nodes' boots. */
  statementOn(nodes: readonly TestNode[]): Bytes
  /** A statement of governors on homes. */
  homeStatement(said: Partial<Pick<HomeStatement, 'moves' | 'givenUp' | 'lost'>>): Bytes
  /** Starts a new core on the zone's disk, and has its boot confirmed. */
  start(zone: string, options?: StartOptions): Promise<TestNode>
  /** Lets a zone's node answer nothing while its links stay up, as SIGSTOP does. */
  freeze(zone: string, isFrozen: boolean): void
  /** Cuts or mends the link between two zones. */
  cut(one: string, other: string, isCut: boolean): void
  /** Tells a zone, and those that it reaches, that their links came up. */
  relink(zone: string): void
  readonly disks: ReadonlyMap<string, MemoryDisk>
  /** What the first machine of each zone has sealed. */
  readonly sealings: ReadonlyMap<string, Sealing>
  /** The clock of every core. */
  advance(ms: number): void
  nowMs(): number
  stop(): Promise<void>
}

/** A machine that has sealed nothing yet. */
export const memorySealing = (): Sealing => {
  const key = createEntropy().bytes(32)
  let sealed: Bytes | undefined
  return {
    read: async () => sealed,
    write: async (bytes) => {
      sealed = bytes
    },
    key: async () => Uint8Array.from(key),
  }
}

/** Starts a core in each zone, all linked. */
export const createTestMesh = async (options: TestMeshOptions = {}): Promise<TestMesh> => {
  const zones = testZones.filter((zone) => options.zones?.includes(zone.id) ?? true)
  const entropy = createEntropy()
  const crypto = await createCrypto({ entropy })
  let nowMs = Date.parse('2026-11-22T12:00:00Z')
  const clock = {
    nowMs: () => nowMs,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 300))),
  }
  const random = (length: number): Bytes => entropy.bytes(length)
  const root = createSimulatedRoot({ entropy: random, nowMs })
  const platforms = new Map(
    zones.map((zone) => [
      zone.id as string,
      createSimulatedPlatform(root, { entropy: random, nowMs }),
    ]),
  )
  const governor = crypto.sha256(utf8('test key of the governor'))
  let manifest = testManifest(
    crypto.ed25519.publicKey(governor),
    zones,
    simulatedRootCertificate(root),
    [...platforms].map(([zone, platform]) => {
      const machine = options.machines?.[zone]
      const id = machine === undefined ? { ppidHash: ppidHashOf(platform) } : machine.hash
      return { ...id, zone: ZoneId(zone) }
    }),
    nowMs,
    options,
  )
  const disks = new Map(zones.map((zone) => [zone.id as string, createMemoryDisk(zone.id)]))
  const sealings = new Map(zones.map((zone) => [zone.id as string, memorySealing()]))
  const alive = new Map<string, TestNode>()
  const killed = new Set<TestNode>()
  const begun = new Map<string, Core>()
  const codes = new Map<string, string>()
  const cuts = new Set<string>()
  const frozen = new Set<string>()
  const linkName = (one: string, other: string): string => [one, other].toSorted().join(' ')
  const peerOf = (node: TestNode): Peer => ({
    boot: node.identity.boot,
    zone: node.zone,
    level: zones.find((zone) => zone.id === node.zone)?.level ?? 1,
    measurement: codes.get(node.name) ?? measurement,
    roundTripMs: 1,
  })
  /** As links between real nodes, which are cut where a verdict is no longer good. */
  const isListed = (name: string): boolean => {
    const code = codes.get(name) ?? measurement
    return isInForce(manifest, code, nowMs)
  }
  const reachable = (from: string): readonly TestNode[] =>
    [...alive.values()].filter(
      ({ name }) =>
        name !== from && !cuts.has(linkName(from, name)) && isListed(name) && isListed(from),
    )
  const meshOf = (name: string, self: () => TestNode | undefined): Mesh => ({
    peers: () => reachable(name).map(peerOf),
    ask: async (boot: BootId, message: Bytes, { timeoutMs }) => {
      const target = reachable(name).find((node) => node.identity.boot === boot)
      const from = self()
      if (target === undefined || from === undefined) return refuse('unreachable', 'no link')
      if (frozen.has(target.name)) {
        await new Promise((resolve) => setTimeout(resolve, timeoutMs))
        return refuse('unreachable', 'nothing came')
      }
      const value = await target.core.peerMessage(peerOf(from), message)
      const stillThere = reachable(name).includes(target) && !killed.has(from)
      return stillThere ? { ok: true, value } : refuse('unreachable', 'the link broke')
    },
  })

  const statementHead = () => ({
    mesh: manifest.mesh,
    serial: manifest.manifest.serial,
    issuedAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 3_600_000).toISOString(),
  })
  /** What governors would sign who see these boots. */
  const statementOn = (nodes: readonly TestNode[]): Bytes => {
    const bytes = encodeBootStatement({
      format: 'holdfast boots v1',
      ...statementHead(),
      boots: nodes.map((node) => ({ zone: node.zone, boot: node.identity.boot })),
    })
    const signature = signBootStatement(bytes, governor)
    return encodeSignedStatement(bytes, [{ governor: 'one', signature }])
  }
  const homeStatement: TestMesh['homeStatement'] = ({ moves = [], givenUp = [], lost }) => {
    const bytes = encodeHomeStatement({
      format: 'holdfast homes v1',
      ...statementHead(),
      moves,
      givenUp,
      ...(lost !== undefined && { lost }),
    })
    const signature = signHomeStatement(bytes, governor)
    return encodeSignedStatement(bytes, [{ governor: 'one', signature }])
  }
  const isReady = (node: TestNode): boolean =>
    !['starting', 'waiting_for_confirmation'].includes(node.core.status().state)
  const confirm = async (node: TestNode): Promise<void> => {
    for (let round = 0; round < 20 && !isReady(node); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    if (isReady(node)) return
    await node.core.takeStatement(statementOn([...alive.values()]))
    await node.core.ready()
  }

  const link = (node: TestNode): void => {
    for (const other of reachable(node.name)) {
      node.core.peerUp(peerOf(other))
      other.core.peerUp(peerOf(node))
    }
  }

  const begin = async (zone: string, of: StartOptions = {}): Promise<TestNode> => {
    const id = ZoneId(zone)
    const name = of.name ?? zone
    const platform = platforms.get(zone)
    const disk = of.disk ?? disks.get(zone)
    const sealing = of.sealing ?? sealings.get(zone)
    if (platform === undefined || disk === undefined || sealing === undefined) throw new Error(zone)
    const identity = createIdentity({
      crypto,
      entropy,
      mesh: manifest.mesh,
      manifest: manifest.hash,
      zone: id,
      nowMs,
    })
    const evidence: OwnEvidence = options.machines?.[zone]?.evidence ?? {
      measurement,
      quote: async (reportData) =>
        simulatedQuote(platform, { mrEnclave: fromHex(measurement), reportData }),
      collateral: async () => utf8(JSON.stringify(simulatedCollateral(root, { nowMs }))),
    }
    const code = of.measurement ?? evidence.measurement
    codes.set(name, code)
    const started: { node?: TestNode } = {}
    const sharing = options.more === undefined ? 'exclusive' : 'shared'
    const store = openMemoryStore(disk, { sharing })
    const { outboxPerZoneMax, kmip } = options
    const core = createCore({
      ...(kmip === undefined ? {} : { kmip }),
      ...(outboxPerZoneMax === undefined ? {} : { outboxPerZoneMax }),
      crypto,
      general: createGeneralCrypto(),
      entropy,
      clock,
      store: options.seenBy?.(name, store) ?? store,
      mesh: meshOf(name, () => started.node),
      sealing,
      evidence,
      get manifest() {
        return manifest
      },
      isListed: () => isListed(name),
      identity,
      quote: await evidence.quote(reportDataOf(identity.document)),
      self: { zone: id, boot: identity.boot, measurement: code },
    })
    const node = { name, zone: id, core, identity }
    started.node = node
    begun.set(name, core)
    const outcome = await core.start()
    if (!outcome.ok) throw new Error(outcome.refusal.detail)
    alive.set(name, node)
    link(node)
    return node
  }

  const start = async (zone: string, of: StartOptions = {}): Promise<TestNode> => {
    const node = await begin(zone, of)
    if (of.confirmedBy === undefined) await confirm(node)
    return node
  }
  for (const zone of zones) await begin(zone.id)
  for (const node of alive.values()) await confirm(node)
  for (const name of options.more ?? []) await start(name.split('/')[0] ?? name, { name })
  return {
    crypto,
    mesh: manifest.mesh,
    get manifest() {
      return manifest
    },
    govern: (change, delayMs = 0) => {
      const { manifest: before, history = [], hash, earlier = [], delayed = [] } = manifest
      const serial = before.serial + 1
      const next = toHex(crypto.sha256(utf8(`manifest ${serial}`)))
      const anew = (change.measurements ?? []).filter(
        ({ mrEnclave }) => !before.measurements.some((one) => one.mrEnclave === mrEnclave),
      )
      const waits = anew.map((one) => ({ measurement: one.mrEnclave, manifest: next, delayMs }))
      manifest = {
        mesh: manifest.mesh,
        hash: next,
        delayed: delayMs === 0 ? delayed : [...delayed, ...waits],
        manifest: { ...before, ...change, serial, previous: hash },
        earlier: [...earlier, hash],
        history: [...history, before],
      }
    },
    disks,
    sealings,
    node: (zone) => {
      const node = alive.get(zone)
      if (node === undefined) throw new Error(`${zone} is not running`)
      return node
    },
    statementOn,
    homeStatement,
    starting: (name) => begun.get(name),
    kill: (zone) => {
      const node = alive.get(zone)
      if (node !== undefined) killed.add(node)
      alive.delete(zone)
    },
    start,
    freeze: (zone, isFrozen) => {
      if (isFrozen) frozen.add(zone)
      else frozen.delete(zone)
    },
    cut: (one, other, isCut) => {
      if (isCut) cuts.add(linkName(one, other))
      else cuts.delete(linkName(one, other))
    },
    relink: (zone) => {
      const node = alive.get(zone)
      if (node !== undefined) link(node)
    },
    advance: (ms) => {
      nowMs += ms
    },
    nowMs: () => nowMs,
    stop: async () => {
      for (const node of alive.values()) await node.core.stop()
      crypto[Symbol.dispose]()
    },
  }
}
