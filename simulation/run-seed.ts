/** One run: a mesh, a workload and faults drawn from a seed, then calm, then what must hold. */
import { createSimulatedRoot, simulatedCollateral } from '@holdfast/attestation'
import { utf8 } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { reportsNeeded } from '@holdfast/enclave/replication/compare/boot-rule'
import type { Broken, Invariant } from './checks.ts'
import { type DefectHooks, type DefectName, defects } from './defects.ts'
import { FaultDriver } from './fault-driver.ts'
import {
  drawFaults,
  type FaultName,
  type FaultRates,
  type GovernorsName,
  noFaults,
} from './faults.ts'
import { checkOutcomes, checkTakeover, findInequality } from './final-checks.ts'
import { Governors } from './governors.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { Owners } from './owners.ts'
import { createRandom, type Random } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { SignatureChecks } from './signature-checks.ts'
import { Workload } from './workload.ts'
import { World } from './world.ts'
import { startsAtMs } from './zones.ts'

export type RunOptions = {
  readonly seed: number
  readonly defect?: DefectName
  /** In place of what the seed draws. */
  readonly faults?: FaultRates
  readonly onEvent?: (line: string) => void
}

export type RunReport = {
  readonly seed: number
  readonly zones: number
  readonly rates: FaultRates
  readonly traceHash: string
  readonly steps: number
  readonly faults: ReadonlyMap<FaultName | GovernorsName, number>
  readonly checks: ReadonlyMap<Invariant, number>
  readonly outcomes: ReadonlyMap<string, number>
  readonly takeovers: number
  /** How often a zone erased a wallet that left it. */
  readonly erasures: number
  /** Charges by what was left of a placement. */
  readonly countedAlone: number
  /** Removals that governors ended. */
  readonly struck: number
  /** How many creations were cancelled for good. */
  readonly cancelled: number
  /** How often without zones that governors gave up. */
  readonly alone: number
  readonly broken: Broken | undefined
}

const stepsMax = 200_000
/**
 * Longer than a rolled-back zone is away, a request may take and a late message lives; and than the
 * silence after which an emptied zone gets a new key (60 s), with some time for what follows.
 */
const calmMs = 90_000
const settleMs = 6000

type Run = {
  readonly world: World
  readonly scheduler: Scheduler
  readonly ledger: Ledger
  readonly workload: Workload
  readonly driver: FaultDriver
  readonly random: Random
}

/** Lets events happen until then; ends early where an invariant broke. */
const until = async ({ world, scheduler }: Run, isOver: () => boolean): Promise<void> => {
  while (world.checks.broken === undefined && !isOver()) {
    if (scheduler.steps >= stepsMax) return world.checks.fault(`${stepsMax} events were not enough`)
    if (!(await scheduler.step())) return world.checks.fault('nothing is left to happen')
  }
}

const pass = (run: Run, ms: number): Promise<void> => {
  const endMs = run.scheduler.nowMs() + ms
  return until(run, () => run.scheduler.nowMs() >= endMs)
}

const expectEqual = async (run: Run, when: string): Promise<void> => {
  const { world, scheduler } = run
  const endMs = scheduler.nowMs() + calmMs
  await pass(run, settleMs)
  await until(run, () => scheduler.nowMs() >= endMs || findInequality(world) === undefined)
  if (world.checks.broken !== undefined) return
  const found = findInequality(world)
  world.checks.expect(9, found === undefined, () => `${when}: ${found}`)
}

/**
 * Zones that may sign without the victims: any where a majority is left; else those that heard
 * enough before the victims vanished and have run since, a home after the boot rule.
 */
const survivorsOf = (
  { world }: Run,
  wallet: Wallet,
  victims: ReadonlySet<ZoneId>,
): readonly ZoneId[] => {
  const { home, placement } = wallet
  const left = placement.zones.filter((zone) => !victims.has(zone))
  if (2 * left.length > placement.zones.length) return left
  return left.filter((zone) => {
    const node = world.node(zone)
    if (node === undefined) return false
    const { peers } = node.core.status()
    const compared = new Set(peers.filter((peer) => peer.compared).map((peer) => peer.zone))
    if (zone !== home) {
      return left.includes(home) || (world.isFresh(node, wallet) && compared.has(home))
    }
    // The boot rule: what it has not heard of the victims by now, it never will.
    const others = placement.zones.filter((one) => one !== zone)
    const told = others.filter((one) => compared.has(one) || left.includes(one))
    return told.length >= reportsNeeded(placement.zones) && world.isFresh(node, wallet)
  })
}

/** Zones vanish, and every wallet that may lose so many signs in one of the others. */
const vanish = async (run: Run, victims: ReadonlySet<ZoneId>): Promise<void> => {
  const { world, ledger, workload, random } = run
  const wallets = [...ledger.wallets.values()].flatMap((known) => {
    const wallet = world.records.newest(known.id) ?? known.wallet
    const { placement, staleAfterMs } = wallet
    // Of a wallet on its way zones may vanish that both of its placements need.
    if (world.records.isMoving(known.id)) return []
    // A short share of time to sign without the home is its owner's choice, not a loss.
    if (placement.durability <= victims.size || staleAfterMs <= 60_000) return []
    const zones = survivorsOf(run, wallet, victims)
    return zones.length === 0 ? [] : [{ known, zones }]
  })
  for (const zone of victims) world.kill(zone)
  await pass(run, settleMs)
  let waiting = wallets.length
  for (const { known, zones } of wallets) {
    // What a client saw may have been pending, and may be gone with the home.
    const attempts = { attempts: 6, seen: false }
    void workload
      .sign(known, () => random.pick(zones), attempts)
      .then((answer) => {
        waiting -= 1
        const why = answer.type === 'refused' ? answer.code : answer.type
        const gone = [...victims].join(', ')
        world.checks.expect(
          1,
          answer.type === 'ok',
          () => `${known.id} does not sign without ${gone}: ${why}`,
        )
      })
  }
  for (const known of ledger.wallets.values()) {
    const { placement, staleAfterMs } = world.records.newest(known.id) ?? known.wallet
    const left = placement.zones.filter((zone) => !victims.has(zone))
    if (staleAfterMs > 60_000 || left.length === 0) continue
    // Nothing is promised of these, but that nobody signs who heard nobody for too long.
    void workload.sign(known, () => random.pick(left), { attempts: 1, seen: false })
  }
  await until(run, () => waiting === 0)
  await pass(run, 500)
}

const phases = async (run: Run, rates: FaultRates): Promise<void> => {
  const { world, driver, random, ledger } = run
  const zones = [...world.zones.keys()]
  for (const zone of zones) world.start(zone)
  world.network.start()
  await until(run, () => world.running().length === zones.length)
  await pass(run, 2000)

  const spanMs = random.between(8000, 25_000)
  world.faults = rates
  run.workload.start(12 + random.below(25), spanMs)
  run.workload.startMoves(spanMs)
  run.workload.startCancels(spanMs)
  driver.start()
  const governors = new Governors(world, driver, new Owners(world, ledger))
  governors.start(spanMs)
  await pass(run, spanMs)
  governors.calm()

  world.faults = noFaults
  const victims = new Set([random.pick(zones)])
  if (zones.length > 3 && random.chance(0.4)) victims.add(random.pick(zones))
  const forgets = (zone: ZoneId): boolean =>
    world.records.isBehind(zone) ||
    world.counting.isBehind(zone) ||
    world.cancels.isBehind(zone) ||
    world.isStarting(zone)
  const anyBehind = zones.some((zone) => driver.holdsDown(zone) || forgets(zone))
  const atOnce = random.chance(0.5) && !anyBehind && world.givenUp.size === 0
  driver.calm(atOnce ? victims : new Set())
  if (atOnce) {
    // Clocks were set right just now: nodes must hear once more, by the new time.
    await pass(run, 400)
    await vanish(run, victims)
    for (const zone of victims) world.start(zone)
  }
  await expectEqual(run, 'faults stopped')
  if (world.checks.broken !== undefined) return
  checkOutcomes(world, ledger)

  // One store at a time: what an earlier one forgot, its zone must have got back.
  const isOneAtATime = victims.size === 1 && !zones.some(forgets)
  await vanish(run, victims)
  // What vanished comes back empty, and is filled again by the others.
  for (const zone of victims) {
    if (world.checks.broken !== undefined) return
    world.wipe(zone)
    world.start(zone)
  }
  if (refillable(run, victims)) await expectEqual(run, 'emptied zones came back')
  // What an emptied zone has counted, the others remember; nothing is promised of two at once.
  if (!isOneAtATime) return
  let isDone = false
  void run.workload.useLimits().then(() => {
    isDone = true
  })
  await until(run, () => isDone)
}

/** Nothing is promised of what only the emptied zones held. */
const refillable = ({ ledger, world }: Run, victims: ReadonlySet<ZoneId>): boolean =>
  [...ledger.wallets.keys()].every(
    (id) => world.records.placement(id)?.some((zone) => !victims.has(zone)) === true,
  )

export const runSeed = async (options: RunOptions): Promise<RunReport> => {
  const { seed, defect } = options
  const random = createRandom(seed, 'run')
  using crypto = await createCrypto({
    entropy: {
      bytes: (length) => random.bytes(length),
      fill: (buffer) => buffer.set(random.bytes(buffer.length)),
    },
  })
  const scheduler = createScheduler(options.onEvent)
  const root = createSimulatedRoot({ entropy: (length) => random.bytes(length), nowMs: startsAtMs })
  const collateral = utf8(JSON.stringify(simulatedCollateral(root, { nowMs: startsAtMs })))
  const ledger = createLedger()
  const signatures = new SignatureChecks()
  const zones = random.pick([2, 3, 3, 3, 4, 5])
  const hooks: DefectHooks = defect === undefined ? {} : defects[defect].make()
  const world = new World({
    seed,
    zones,
    scheduler,
    crypto,
    collateral,
    defect: hooks,
    observer: {
      received: (request) => ledger.receptions.note(request),
      signed: (node, answer) => {
        signatures.signed(node, answer)
        world.counting.signed(answer)
      },
    },
  })
  signatures.watch(world)
  world.records.tookOver = (zone, group) => checkTakeover(world, ledger, zone, group)
  const workload = new Workload(world, ledger, signatures)
  const driver = new FaultDriver(world)
  const lost = (reason: unknown): void =>
    world.checks.fault(`a promise was lost: ${String(reason)}`)
  process.on('unhandledRejection', lost)
  const drawn = drawFaults(random)
  const rates = options.faults ?? hooks.faults ?? drawn
  try {
    await phases({ world, scheduler, ledger, workload, driver, random }, rates)
  } finally {
    process.off('unhandledRejection', lost)
    for (const zone of world.zones.keys()) world.kill(zone)
  }
  return {
    seed,
    zones,
    rates,
    traceHash: scheduler.traceHash(),
    steps: scheduler.steps,
    faults: world.faultCounts,
    checks: world.checks.counts,
    outcomes: ledger.outcomes,
    takeovers: world.records.takeovers,
    erasures: world.records.erasures,
    struck: world.records.struck.size,
    countedAlone: world.counting.alone.size,
    cancelled: world.cancels.count,
    alone: world.records.alone,
    broken: world.checks.broken,
  }
}
