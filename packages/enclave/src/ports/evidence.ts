/** Evidence of this enclave as a port: a quote over report data, with its collateral. */
import type { Bytes } from '@holdfast/base/bytes'

export type OwnEvidence = {
  /** The measurement of the running enclave, hexadecimal. */
  readonly measurement: string
  /** A quote whose report data are these 64 bytes. */
  quote(reportData: Bytes): Promise<Bytes>
  /** The collateral that goes with it, as JSON bytes; refreshed by the shell. */
  collateral(): Promise<Bytes>
}
