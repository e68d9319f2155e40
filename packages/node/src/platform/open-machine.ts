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
import type { DcapOptions } from './dcap-machine.ts'
import { gramineDevice, openAttestationDevice } from './gramine/attestation-device.ts'
import { openGramineMachine } from './gramine/open-gramine-machine.ts'
import type { Machine } from './machine.ts'
import type { ServiceAddress } from './pccs/https-get.ts'
import { createPccsClient } from './pccs/pccs-client.ts'
import { openSimulatedMachine } from './simulated.ts'
import { createKdsClient } from './tsm/kds-client.ts'
import { openSnpMachine } from './tsm/open-snp-machine.ts'
import { openTdxMachine } from './tsm/open-tdx-machine.ts'
import { hasTsm, readTsmReport } from './tsm/tsm-report.ts'

export type MachineOptions = {
  readonly kind: Manifest['kind']
  /** The node's folder. */
  readonly dir: string
  /** The measurement of the code that runs, for a simulated machine. */
  measurement(): string
  /** Of Intel's collateral. */
  readonly pccs?: ServiceAddress
  /** Of AMD's certificates. */
  readonly kds?: ServiceAddress
  readonly entropy: Entropy
  readonly nowMs: () => number
  readonly logs: Logs
}

/** Refuses as the machines' own opening does: `bad_configuration`, `no_evidence` and others. */
export const openMachine = async (options: MachineOptions): Promise<Result<Machine>> => {
  const { kind, dir, logs } = options
  if (kind === 'simulated') {
    const measurement = options.measurement()
    // `gramine-direct` is said aloud: a process that looks like an enclave and is none.
    const device = existsSync(gramineDevice) ? openAttestationDevice() : undefined
    if (device?.ok === false) logs.warn('no evidence of hardware', { ...device.refusal })
    return openSimulatedMachine({ dir, measurement })
  }
  if (!existsSync(gramineDevice) && hasTsm()) return openGuest(options)
  return openGramineMachine(dcapOf(options))
}

const dcapOf = ({ dir, nowMs, logs, pccs }: MachineOptions): DcapOptions => ({
  dir,
  nowMs,
  logs,
  ...(pccs === undefined ? {} : { fetchCollateral: createPccsClient(pccs) }),
})

/** The kernel says by its first report what guest this is. */
const openGuest = async (options: MachineOptions): Promise<Result<Machine>> => {
  const { dir, nowMs, logs, entropy, kds } = options
  const tsm = { name: `holdfast-${toHex(entropy.bytes(8))}` }
  const first = readTsmReport(new Uint8Array(64), tsm)
  if (!first.ok) return first
  if (first.value.platform === 'tdx') {
    return openTdxMachine({ ...dcapOf(options), entropy, tsm })
  }
  const fetching = kds === undefined ? {} : { fetchSnp: createKdsClient(kds) }
  return openSnpMachine({ dir, nowMs, logs, entropy, tsm, ...fetching })
}
