#!/usr/bin/env node
/**
 * The program of a node: the only file that constructs, and the only one that reads environment
 * and arguments. `node main.ts --dir FOLDER` runs a node; `--print-measurement` says what it
 * is, `--doctor` what is wrong with this server.
 */
import { existsSync, readFileSync } from 'node:fs'
import { reportDataOf, type VerifiedManifest, verifyEvidence } from '@holdfast/attestation'
import { fail, RefusalError, type Result, toProblem } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import { createCore } from '@holdfast/enclave/core/core'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createGeneralCrypto } from '@holdfast/enclave/crypto/general/general-crypto'
import { createIdentity } from '@holdfast/enclave/identity/node-identity'
import { type NodeConfig, readConfig } from './config.ts'
import { examineServer } from './doctor/examine-server.ts'
import { forcedStopMs } from './limits.ts'
import { type ClientListeners, listenClients } from './listeners/clients.ts'
import { createFairTurns } from './listeners/fair-turns.ts'
import { type KmipOfNode, listenForKmip } from './listeners/kmip-node.ts'
import { listenManagement } from './listeners/management.ts'
import { createMetrics } from './listeners/metrics.ts'
import { createLogs, type Logs } from './logs.ts'
import { createMesh } from './mesh/create-mesh.ts'
import { createVerifyPeer } from './mesh/verify-peer.ts'
import { watchStatements, writeBoot } from './platform/boot-files.ts'
import { holdManifest, type ManifestHolder } from './platform/manifest-holder.ts'
import { openManifests } from './platform/manifests.ts'
import { openMachine } from './platform/open-machine.ts'
import { createOwnCertificate } from './platform/own-certificate.ts'
import { ownCode } from './platform/own-code.ts'
import { createPeerManifests, reloadManifest } from './platform/reload-manifest.ts'
import { replaceFile } from './platform/replace-file.ts'
import { systemClock } from './platform/system-clock.ts'
import { everyCollateral, everyTick, whenFallen } from './schedule.ts'
import { openStore } from './stores/open-store.ts'

const version = '0.1.0'

/** The value, or a refusal thrown to the end of the program. */
const needed = <Value>(result: Result<Value>): Value => {
  if (result.ok) return result.value
  throw new RefusalError(result.refusal)
}

const readFile = (path: string): Uint8Array | undefined =>
  existsSync(path) ? readFileSync(path) : undefined

/** A folder that this process may not write is no fault: the next start asks its peers again. */
const kept = (path: string) => ({
  read: (): Uint8Array => readFile(path) ?? new Uint8Array(),
  write: (json: Uint8Array): void => {
    try {
      replaceFile(path, json)
    } catch {
      fail('bad_configuration', 'the file of the manifests cannot be written')
    }
  },
})

/** By every rule by which a peer would judge this node. */
const isListed = (evidence: Evidence | undefined, manifest: VerifiedManifest, nowMs: number) =>
  evidence !== undefined && verifyEvidence({ evidence, manifest, nowMs }).ok

const openHeld = (config: NodeConfig, nowMs: number): ManifestHolder => {
  const chain = needed(openManifests(readFile(config.manifest) ?? new Uint8Array(), nowMs))
  if (chain.current.manifest.zones.every(({ id }) => id !== config.zone)) {
    throw new RefusalError({ code: 'unknown_zone', detail: 'the manifest has no such zone' })
  }
  return holdManifest(chain)
}

/** For tests alone, which cannot wait for half a day; never longer than the limit. */
const identityLifetime = (): { readonly lifetimeMs?: number } => {
  const text = process.env['HOLDFAST_TEST_IDENTITY_LIFETIME_MS']
  return text === undefined ? {} : { lifetimeMs: Number(text) }
}

/** The first identity of this boot, and the certificate that shows it and the next ones. */
const openIdentity = async (
  parts: Omit<Parameters<typeof createOwnCertificate>[0], 'first'>,
  { mesh, hash }: VerifiedManifest,
  zone: NodeConfig['zone'],
) => {
  const { machine, clock } = parts
  const of = { ...parts, mesh, manifest: hash, zone, nowMs: clock.nowMs() }
  const identity = createIdentity({ ...of, ...identityLifetime() })
  const first = { identity, quote: await machine.evidence.quote(reportDataOf(identity.document)) }
  return { first, own: await createOwnCertificate({ ...parts, first }) }
}

/** The enclave's side: keys, evidence of this boot, store, links, core. */
const createNode = async (config: NodeConfig, logs: Logs) => {
  const clock = systemClock()
  const entropy = createEntropy()
  const manifests = openHeld(config, clock.nowMs())
  const manifest = manifests.current()
  const { kind } = manifest.manifest
  const nowMs = (): number => clock.nowMs()
  const { dir, pccs, kds } = config
  const { measurement: measure, ...library } = ownCode(import.meta.dirname)
  const machine = needed(
    await openMachine({
      kind,
      dir,
      measurement: measure,
      ...(pccs && { pccs }),
      ...(kds && { kds }),
      entropy,
      nowMs,
      logs,
    }),
  )
  const { measurement } = machine.evidence
  const crypto = await createCrypto({ entropy, ...library })
  if (!crypto.arena().locked) logs.warn('keys are not in locked memory', { detail: 'ulimit -l' })
  const parts = { machine, crypto, entropy, clock }
  const { first, own } = await openIdentity(parts, manifest, config.zone)
  const { identity } = first
  const store = needed(await openStore(config, { entropy }))
  // One for all that ask: they share the processor.
  const turns = createFairTurns()
  const mesh = createMesh({
    boot: identity.boot,
    identity: own.tls(),
    verify: createVerifyPeer({ manifest: () => manifests.current(), nowMs }),
    ...(config.listenMesh === undefined ? {} : { listen: config.listenMesh }),
    peers: config.peers,
    nowMs: () => performance.now(),
    random: () => new DataView(entropy.bytes(4).buffer).getUint32(0) / 2 ** 32,
    logs,
    turns,
  })
  own.whenRenewed((tls) => mesh.setIdentity(tls))
  const self = { zone: config.zone, boot: identity.boot, measurement }
  const core = createCore({
    crypto,
    general: createGeneralCrypto(),
    entropy,
    clock,
    store,
    mesh,
    sealing: machine.sealing,
    evidence: machine.evidence,
    get manifest() {
      return manifests.settled()
    },
    isListed: () => isListed(own.evidence(), manifests.settled(), clock.nowMs()),
    manifests: createPeerManifests({ manifests, mesh, nowMs, logs, ...kept(config.manifest) }),
    ...first,
    show: (next) => own.show(next),
    self,
    kmip: config.kmip,
  })
  return { core, turns, crypto, mesh, store, own, manifests, machine, self }
}

/** Opens key and store, and waits until this boot is confirmed. */
const untilConfirmed = async (
  node: Awaited<ReturnType<typeof createNode>>,
  by: { readonly config: NodeConfig; readonly logs: Logs; readonly stops: (() => unknown)[] },
): Promise<void> => {
  const { config, logs, stops } = by
  const { core, self, manifests, mesh } = node
  const { read } = kept(config.manifest)
  const reload = (): void => void reloadManifest({ manifests, mesh, read, nowMs: Date.now(), logs })
  // From the first on: it ends a process that does not listen for it.
  process.on('SIGHUP', reload)
  stops.push(() => process.off('SIGHUP', reload))
  writeBoot(config.dir, self)
  const unwatch = watchStatements({ manifest: config.manifest, core, logs })
  stops.push(unwatch)
  needed(await core.start())
  stops.push(everyTick(core, logs), whenFallen(core, endFallen(logs)))
  await core.ready()
  unwatch()
}

/** Listens, starts the core, and says on stdout that the node is ready; returns how to stop. */
const startNode = async (config: NodeConfig, logs: Logs): Promise<() => Promise<void>> => {
  const node = await createNode(config, logs)
  const { core, turns, mesh, self } = node
  const stops: (() => unknown)[] = [() => node.crypto[Symbol.dispose](), () => node.store.close()]
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    const open: ClientListeners[] = []
    const kmip: KmipOfNode[] = []
    const metrics = createMetrics({
      status: () => core.status(),
      peers: () => mesh.peers(),
      connections: () => open[0]?.connections() ?? { all: 0, webSockets: 0 },
      kmipConnections: () => kmip[0]?.connections() ?? 0,
      collateral: () => node.machine.collateral(),
    })
    const state = (): string => core.status().state
    const address = config.listenManagement
    const management =
      address === undefined
        ? undefined
        : needed(await listenManagement({ address, metrics, state }))
    stops.push(() => management?.stop())
    stops.push(() => core.stop())
    const links = needed(await mesh.start(core))
    stops.push(() => mesh.stop())
    const clients = await listenClients({
      config,
      core,
      turns,
      tls: node.own.tls(),
      manifests: () => node.manifests.json(),
      kmip: () => kmip[0]?.addresses ?? {},
      version,
      observe: (answer) => metrics.observe(answer),
      logs,
    })
    open.push(clients)
    stops.push(() => clients.stop())
    node.own.whenRenewed((tls) => clients.setIdentity(tls))
    await untilConfirmed(node, { config, logs, stops })
    const { own } = node
    const served = await listenForKmip({ config, core, turns, own, ...metrics.kmip, logs })
    kmip.push(served)
    core.announceKmip(served.addresses)
    stops.push(() => served.stop())
    stops.push(node.machine.start())
    stops.push(everyCollateral(node.machine.evidence, logs, () => node.own.renew()))
    const { mesh: meshId, simulated } = core.status()
    const { ports } = clients
    const line = { ready: true, ...self, mesh: meshId, simulated, ...ports, meshPort: links.port }
    const more = { kmip: served.addresses, management: management?.port }
    process.stdout.write(`${JSON.stringify({ ...line, ...more })}\n`)
    logs.info('ready', { boot: self.boot })
    return stop
  } catch (error) {
    await stop()
    throw error
  }
}

/** A new boot goes on from what the store says now, once the other zones have been heard. */
const endFallen = (logs: Logs) => (): void => {
  logs.error('the store is an older one than before', { code: 'store_failed' })
  process.exit(75)
}

/** Ends the process: a refusal by its code, anything else by where it came from and no more. */
const endBy = (error: unknown, logs: Logs): never => {
  if (error instanceof RefusalError) {
    const { code, detail, subject = '' } = toProblem(error.refusal)
    logs.error('refused', { code, detail: subject === '' ? detail : `${detail}: ${subject}` })
    process.exit(78)
  }
  const at =
    error instanceof Error ? (error.stack?.split('\n').find((l) => / at /.test(l)) ?? '') : ''
  logs.error('fault', { code: error instanceof Error ? error.name : 'unknown', path: at.trim() })
  return process.exit(70)
}

const run = async (): Promise<void> => {
  const argv = process.argv.slice(2)
  if (argv.includes('--print-measurement')) {
    process.stdout.write(`${ownCode(import.meta.dirname).measurement()}\n`)
    return
  }
  if (argv.includes('--doctor')) {
    const findings = await examineServer({
      config: readConfig({
        argv: argv.filter((word) => word !== '--doctor'),
        env: process.env,
        cwd: process.cwd(),
        readFile,
      }),
      manifests: ({ manifest }) =>
        openManifests(readFile(manifest) ?? new Uint8Array(), Date.now()),
      code: ownCode(import.meta.dirname),
      nowMs: Date.now(),
    })
    process.stdout.write(`${JSON.stringify({ findings })}\n`)
    return
  }
  const write = (line: string): void => void process.stderr.write(line)
  let logs = createLogs({ level: 'info', write })
  process.on('uncaughtException', (error) => endBy(error, logs))
  try {
    const config = needed(readConfig({ argv, env: process.env, cwd: process.cwd(), readFile }))
    logs = createLogs({ level: config.logLevel, write, fixed: { zone: config.zone } })
    const stop = await startNode(config, logs)
    const end = (signal: string): void => {
      logs.info('stopping', { signal })
      setTimeout(() => process.exit(1), forcedStopMs).unref()
      stop().then(
        () => process.exit(0),
        (error: unknown) => endBy(error, logs),
      )
    }
    process.once('SIGTERM', end)
    process.once('SIGINT', end)
  } catch (error) {
    endBy(error, logs)
  }
}

await run()
