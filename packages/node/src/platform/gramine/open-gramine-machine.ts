/** An SGX enclave under Gramine as a node's machine. */
import { hkdfSync } from 'node:crypto'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { attempt, type Result } from '@holdfast/base/errors'
import { type DcapOptions, openDcapMachine } from '../dcap-machine.ts'
import type { Machine } from '../machine.ts'
import { openAttestationDevice } from './attestation-device.ts'

export type GramineOptions = DcapOptions & {
  /** Absent but for tests: Gramine's own. */
  readonly device?: string
}

const sealingLabel = 'holdfast sealing key v1'

/** 32 bytes from the platform's 16, which are erased. */
const expand = (key: Bytes): Bytes => {
  const expanded = hkdfSync('sha256', key, new Uint8Array(), utf8(sealingLabel), 32)
  key.fill(0)
  return new Uint8Array(expanded)
}

/** Refuses as `openAttestationDevice` and `openDcapMachine` do. */
export const openGramineMachine = async (options: GramineOptions): Promise<Result<Machine>> => {
  const opened = openAttestationDevice(options.device)
  if (!opened.ok) return opened
  const device = opened.value
  return openDcapMachine(options, {
    kind: 'sgx',
    quote: (reportData) => attempt(() => device.quote(reportData)),
    sealingKey: async () => expand(device.sealingKey()),
  })
}
