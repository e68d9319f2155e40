/**
 * Real nodes on real etcd, under writers: a zone's key is rotated, a zone leaves the placement of
 * wallets and comes back, and the zone's nodes start again.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, type Wallet, ZoneId } from '@holdfast/sdk'
import { runHoldfast } from '../support/cli.ts'
import { type EtcdRecord, etcdRecords } from '../support/etcd-records.ts'
import type { TestMesh } from '../support/mesh.ts'
import { sealedEpochs } from '../support/sealed-epochs.ts'
import { createEthereum } from '../support/wallets.ts'
import { governFromElsewhere } from './govern.ts'
import { addCode, type Codes, codeOfAttempt } from './mesh-asking.ts'
import {
  continueInterrupted,
  type LoadSize,
  type PhaseFigures,
  signsFor,
  startLoad,
} from './mesh-load.ts'
import { lostWallets, untilEqual } from './mesh-scenario.ts'

export type RotationFigures = {
  readonly phases: ReadonlyMap<string, PhaseFigures>
  /** What signers got instead of a signature. */
  readonly codes: Codes
  /** How many records of the zone each key has sealed, before and after. */
  readonly sealedBefore: readonly number[]
  readonly sealedAfter: readonly number[]
  readonly rotatedMs: number
  /** Of the wallets that left: what lies in the store of the zone that was left. */
  readonly heldBefore: readonly string[]
  readonly heldAway: readonly string[]
  readonly heldAgain: readonly string[]
  /** Signatures of these wallets while they moved. */
  readonly signedMoving: number
  readonly leftMs: number
  readonly cameBackMs: number
  /** After the nodes of the rotated zone started again, by node. */
  readonly restarted: readonly { readonly sealed: readonly number[]; readonly epoch: number }[]
  readonly acknowledged: number
  readonly lost: readonly string[]
}

const rotatedZone = ZoneId('eu-west')
const leftZone = ZoneId('ap-south')
const movers = 4
const settleMsMax = 40_000

const until = async (what: string, met: () => Promise<boolean>): Promise<number> => {
  const beganAt = performance.now()
  while (!(await met())) {
    if (performance.now() - beganAt > settleMsMax)
      throw new Error(`it does not come to it: ${what}`)
    await delay(50)
  }
  return Math.round(performance.now() - beganAt)
}

/** How many records are under the key of each epoch, from the first on. */
const countEpochs = (records: readonly EtcdRecord[]): readonly number[] => {
  const last = Math.max(...records.map(({ epoch }) => epoch))
  return Array.from(
    { length: last },
    (_, index) => records.filter(({ epoch }) => epoch === index + 1).length,
  )
}

/** What kinds of records name these wallets or their keys: `wallet 4`. */
const kindsOf = (records: readonly EtcdRecord[], wallets: readonly Wallet[]): string[] => {
  const ids = wallets.flatMap(({ id, keys }) => [id, ...keys.map((key) => key.id)])
  const named = records.filter(({ name }) => ids.some((id) => name.includes(id)))
  const kinds = Map.groupBy(named, ({ name }) => name.slice(0, name.indexOf('/')))
  return [...kinds]
    .map(([kind, found]) => `${kind} ${found.length}`)
    .filter((kind) => !kind.startsWith('acknowledged'))
    .toSorted()
}

/** Signs for the wallets in turn until it is told to stop. */
const signAll = (client: Client, wallets: readonly Wallet[], codes: Map<string, number>) => {
  const state = { running: true, signed: 0 }
  const run = async (): Promise<void> => {
    for (let nonce = 0; state.running; nonce += 1) {
      const wallet = wallets[nonce % wallets.length]!
      const code = await codeOfAttempt(signsFor(client, wallet, BigInt(nonce)))
      if (code === 'signed') state.signed += 1
      else addCode(codes, code)
      await delay(5)
    }
  }
  const ended = run()
  return {
    end: async (): Promise<number> => {
      state.running = false
      await ended
      return state.signed
    },
  }
}

/** By the command, wallet after wallet, until all that held them before have done their part. */
const move = async (
  mesh: TestMesh,
  client: Client,
  wallets: readonly Wallet[],
  zones: readonly string[],
): Promise<number> => {
  const beganAt = performance.now()
  const regions = zones.flatMap((zone) => ['--region', zone])
  for (const { id } of wallets) {
    await runHoldfast(['placement', 'change', id, '--dir', mesh.dir, ...regions])
  }
  await until(`the wallets are in ${zones.join(', ')}`, async () => {
    const shown = await Promise.all(wallets.map(({ id }) => client.showWallet(id)))
    return shown.every(
      ({ wallet: { placement, moved }, durability }) =>
        placement.zones.length === zones.length &&
        durability.state === 'final' &&
        moved?.from === undefined &&
        moved?.left === undefined,
    )
  })
  return Math.round(performance.now() - beganAt)
}

const restartZone = async (
  mesh: TestMesh,
  client: Client,
): Promise<RotationFigures['restarted']> => {
  const nodes = mesh.nodes.filter(({ zone }) => zone === rotatedZone)
  for (const node of nodes) await node.restart()
  const told = await client.nodes()
  return nodes.map(({ dir, url }) => ({
    sealed: sealedEpochs(dir),
    epoch: told.find(({ node }) => node === url)?.status?.zoneKey?.epoch ?? 0,
  }))
}

export const rotateAndMove = async (mesh: TestMesh, size: LoadSize): Promise<RotationFigures> => {
  const govern = await governFromElsewhere(mesh)
  const recordsOf = (zone: string) => etcdRecords(mesh.etcd, zone)
  const client = await mesh.connect()
  const zones = [...new Set(mesh.nodes.map(({ zone }) => zone))]
  const moving = await Promise.all(
    Array.from({ length: movers }, () => createEthereum(client, { home: rotatedZone })),
  )
  const codes = new Map<string, number>()
  const load = await startLoad(mesh, size)
  await untilEqual(mesh, 1000)
  const sealedBefore = countEpochs(await recordsOf(rotatedZone))
  load.enter('rotation')
  await govern({ signers: 2, change: ['--rotate-key', rotatedZone] })
  const rotatedMs = await until('no record is under the key before', async () =>
    (await recordsOf(rotatedZone)).every(({ epoch }) => epoch === 2),
  )
  const sealedAfter = countEpochs(await recordsOf(rotatedZone))
  load.enter('placement')
  const signer = signAll(await mesh.connect(), moving, codes)
  const heldBefore = kindsOf(await recordsOf(leftZone), moving)
  const others = zones.filter((zone) => zone !== leftZone)
  const leftMs = await move(mesh, client, moving, others)
  const heldAway = kindsOf(await recordsOf(leftZone), moving)
  const cameBackMs = await move(mesh, client, moving, zones)
  const signedMoving = await signer.end()
  const heldAgain = kindsOf(await recordsOf(leftZone), moving)
  load.enter('restart')
  const restarted = await restartZone(mesh, client)
  await load.end()
  await continueInterrupted(load, client, settleMsMax)
  await untilEqual(mesh)
  for (const [code, count] of load.codes) codes.set(code, (codes.get(code) ?? 0) + count)
  const moved = await Promise.all(moving.map(({ id }) => client.showWallet(id)))
  const wallets = [...load.acknowledged, ...moved.map(({ wallet }) => wallet)]
  return {
    phases: load.figures(),
    codes: Object.fromEntries(codes),
    sealedBefore,
    sealedAfter,
    rotatedMs,
    heldBefore,
    heldAway,
    heldAgain,
    signedMoving,
    leftMs,
    cameBackMs,
    restarted,
    acknowledged: wallets.length,
    lost: await lostWallets(mesh, wallets),
  }
}
