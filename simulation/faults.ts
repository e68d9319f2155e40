/** The faults of a run as one named record, drawn from its seed. */
import type { Random } from './random.ts'

export type FaultRates = {
  /** Chances for one message between two nodes. */
  readonly lost: number
  readonly delayed: number
  readonly repeated: number
  readonly lostAcknowledgement: number
  /** Chances for one call of a store. */
  readonly storeUnavailable: number
  readonly storeSlow: number
  readonly commitLost: number
  readonly commitUnacknowledged: number
  /** Unknown first, applied seconds later, whoever asked being dead or not. */
  readonly commitLate: number
  /** Chances in each second of the run. */
  readonly crash: number
  readonly zoneRestart: number
  readonly blackout: number
  readonly partition: number
  readonly clockJump: number
  readonly storeRollback: number
  /** An older copy is put in the store's place while its node runs. */
  readonly storeFall: number
  /** The same, as another incarnation: the store's maker says that it was restored. */
  readonly storeFork: number
}

export type FaultName = keyof FaultRates

/** What governors and owners do (governors.ts, owners.ts): counted beside the faults. */
export type GovernorsName = 'homeMoved' | 'zoneGivenUp' | 'zoneGivenUpByOwner' | 'removalStruck'

export const noFaults: FaultRates = {
  lost: 0,
  delayed: 0,
  repeated: 0,
  lostAcknowledgement: 0,
  storeUnavailable: 0,
  storeSlow: 0,
  commitLost: 0,
  commitUnacknowledged: 0,
  commitLate: 0,
  crash: 0,
  zoneRestart: 0,
  blackout: 0,
  partition: 0,
  clockJump: 0,
  storeRollback: 0,
  storeFall: 0,
  storeFork: 0,
}

/** What each fault may be at most: high enough to meet others, low enough to let work be done. */
const most: FaultRates = {
  lost: 0.15,
  delayed: 0.15,
  repeated: 0.2,
  lostAcknowledgement: 0.15,
  storeUnavailable: 0.03,
  storeSlow: 0.1,
  commitLost: 0.06,
  commitUnacknowledged: 0.08,
  commitLate: 0.06,
  crash: 0.2,
  zoneRestart: 0.1,
  blackout: 0.03,
  partition: 0.15,
  clockJump: 0.15,
  storeRollback: 0.08,
  storeFall: 0.08,
  storeFork: 0.08,
}

export const faultNames = Object.keys(most) as readonly FaultName[]

/** Some faults often, others not at all: what all together hides, few together show. */
export const drawFaults = (random: Random): FaultRates => {
  const share = random.pick([0, 0.3, 0.5, 0.8])
  const drawn = faultNames.map((name) => [
    name,
    random.chance(share) ? most[name] * random.between(0.2, 1) : 0,
  ])
  return Object.fromEntries(drawn) as FaultRates
}
