/**
 * The machine for a mesh: simulated where its manifest says so, for good; hardware otherwise, and
 * then what this process really runs on, never what it is told.
 */

import { existsSync } from 'node:fs'
import { toHex } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { Manifest } from '@holdfast/base/manifest'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { Logs } from '../logs.ts'
import { gramineDevice, openAttestationDevice } from './gramine/attestation-device.ts'
import { openGramineMachine } from './gramine/open-gramine-machine.ts'
import type { Machine } from './machine.ts'
import { createPccsClient, type PccsAddress } from './pccs/pccs-client.ts'
import { openSimulatedMachine } from './simulated.ts'
import { openTdxMachine } from './tsm/open-tdx-machine.ts'
import { hasTsm } from './tsm/tsm-report.ts'

export type MachineOptions = {
  readonly kind: Manifest['kind']
  /** The node's folder. */
  readonly dir: string
  /** The measurement of the code that runs, for a simulated machine. */
  measurement(): string
  readonly pccs?: PccsAddress
  readonly entropy: Entropy
  readonly nowMs: () => number
  readonly logs: Logs
}

/** Refuses as the machines' own opening does: `bad_configuration`, `no_evidence` and others. */
export const openMachine = async (options: MachineOptions): Promise<Result<Machine>> => {
  const { kind, dir, pccs, nowMs, logs } = options
  if (kind === 'simulated') {
    const measurement = options.measurement()
    // `gramine-direct` is said aloud: a process that looks like an enclave and is none.
    const device = existsSync(gramineDevice) ? openAttestationDevice() : undefined
    if (device?.ok === false) logs.warn('no evidence of hardware', { ...device.refusal })
    return openSimulatedMachine({ dir, measurement })
  }
  const dcap = {
    dir,
    nowMs,
    logs,
    ...(pccs === undefined ? {} : { fetchCollateral: createPccsClient(pccs) }),
  }
  if (!existsSync(gramineDevice) && hasTsm()) {
    const { entropy } = options
    const name = `holdfast-${toHex(entropy.bytes(8))}`
    return openTdxMachine({ ...dcap, entropy, tsm: { name } })
  }
  return openGramineMachine(dcap)
}
