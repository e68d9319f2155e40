/** The machine under a node, whatever its kind: evidence, sealing, and how its collateral does. */
import type { OwnEvidence } from '@holdfast/enclave/ports/evidence'
import type { Sealing } from '@holdfast/enclave/ports/sealing'

export type CollateralDates = {
  /** When the collateral that is served was obtained, or issued where only that is known. */
  readonly obtainedAtMs: number
  /** From then on every verifier refuses it. */
  readonly expiresAtMs: number
}

export type CollateralState = CollateralDates & {
  /** Attempts to renew it that failed since the last that did not. */
  readonly failures: number
}

export type Machine = {
  readonly kind: 'simulated' | 'sgx' | 'tdx' | 'snp'
  readonly evidence: OwnEvidence
  readonly sealing: Sealing
  collateral(): CollateralState
  /** Begins to keep the collateral fresh; returns how to stop. */
  start(): () => void
}
