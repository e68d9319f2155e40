/** A TDX guest as a node's machine. */
import { withoutZeroPadding } from '@holdfast/attestation'
import { attempt, type Result, refuse } from '@holdfast/base/errors'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import { type DcapOptions, openDcapMachine } from '../dcap-machine.ts'
import type { Machine } from '../machine.ts'
import { readTsmReport, type TsmOptions } from './tsm-report.ts'

export type TdxOptions = DcapOptions & {
  readonly tsm: TsmOptions
  readonly entropy: Entropy
}

/**
 * TDX has no key that only the same code on the same machine obtains: the sealed zone key is lost
 * with the process, and a node that starts again asks its peers. Refuses as `readTsmReport` and
 * `openDcapMachine` do.
 */
export const openTdxMachine = async (options: TdxOptions): Promise<Result<Machine>> => {
  const key = options.entropy.bytes(32)
  return openDcapMachine(options, {
    kind: 'tdx',
    quote: (reportData) => {
      const read = readTsmReport(reportData, options.tsm)
      if (!read.ok) return read
      if (read.value.platform !== 'tdx') {
        return refuse('quote_unsupported', 'this guest is of SEV-SNP, not of TDX', 'provider')
      }
      return attempt(() => withoutZeroPadding(read.value.report))
    },
    sealingKey: async () => key.slice(),
  })
}
