/** What SGX and TDX have in common: quotes of DCAP, whose collateral a keeper holds. */
import { intelRootCa, quotePlatform } from '@holdfast/attestation'
import { type Bytes, equalBytes, utf8 } from '@holdfast/base/bytes'
import { accept, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import type { Machine } from './machine.ts'
import { type DcapCollateralOptions, openDcapCollateral } from './pccs/dcap-collateral.ts'
import { createSealedFile } from './sealed-file.ts'

export type DcapOptions = Pick<DcapCollateralOptions, 'fetchCollateral' | 'nowMs' | 'logs'> & {
  /** The node's folder. */
  readonly dir: string
  /** Absent but for tests: Intel's. */
  readonly rootCa?: Bytes
}

export type QuotingDevice = {
  readonly kind: 'sgx' | 'tdx'
  /** A quote over 64 bytes of report data; without padding. */
  quote(reportData: Bytes): Result<Bytes>
  /** 32 bytes. */
  readonly sealingKey: () => Promise<Bytes>
}

/** A quote that is what was asked for: the device is behind a kernel that is not trusted. */
const checkedQuote = (device: QuotingDevice, reportData: Bytes): Result<Bytes> => {
  const quote = device.quote(reportData)
  if (!quote.ok) return quote
  const about = quotePlatform(quote.value)
  if (!about.ok) return about
  if (about.value.platform !== device.kind) {
    return refuse('quote_unsupported', 'the device gave a quote of another kind', device.kind)
  }
  if (about.value.debug) return refuse('debug_enclave', 'this enclave runs in debug mode')
  return equalBytes(about.value.reportData, reportData)
    ? quote
    : refuse('wrong_report_data', 'the device gave a quote over other report data')
}

/**
 * Takes a first quote, which says what this enclave is and which collateral belongs to it. Refuses
 * `no_collateral`, `debug_enclave`, `wrong_report_data` and what the quote's parser refuses.
 */
export const openDcapMachine = async (
  options: DcapOptions,
  device: QuotingDevice,
): Promise<Result<Machine>> => {
  const { dir, rootCa = intelRootCa() } = options
  const first = checkedQuote(device, new Uint8Array(64))
  if (!first.ok) return first
  const about = quotePlatform(first.value)
  if (!about.ok) return about
  const file = `${dir}/collateral.json`
  const keeper = await openDcapCollateral({ ...options, file, quote: first.value, rootCa })
  if (!keeper.ok) return keeper
  return accept({
    kind: device.kind,
    evidence: {
      measurement: about.value.measurement,
      quote: async (reportData) => {
        const quote = checkedQuote(device, reportData)
        if (!quote.ok) throw new RefusalError(quote.refusal)
        return quote.value
      },
      collateral: async () => utf8(JSON.stringify(keeper.value.current())),
    },
    sealing: createSealedFile(dir, device.sealingKey),
    collateral: () => keeper.value.state(),
    start: () => keeper.value.start(),
  })
}
