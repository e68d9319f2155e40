/**
 * Sealing to this enclave on this machine as a port (Gramine `_sgx_mrenclave`; a file for the
 * simulated platform). What it opens is a cache for restarts, without freshness.
 */
import type { Bytes } from '@holdfast/base/bytes'

export type Sealing = {
  /** The sealed zone key that was written last, or undefined. */
  read(): Promise<Bytes | undefined>
  write(sealed: Bytes): Promise<void>
  /** 32 bytes that only the same measurement on the same machine obtains. */
  key(): Promise<Bytes>
}
