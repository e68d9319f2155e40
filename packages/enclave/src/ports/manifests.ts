/** The chain of manifests as a port: the shell verifies it, judges links by it, and keeps it. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'

export type Manifests = {
  /** The signed manifests after this serial, oldest first, at most `limit`; JSON bytes each. */
  after(serial: number, limit: number): readonly Bytes[]
  /**
   * Continues the chain by these; true where it is longer now. Refuses what does not follow:
   * `manifest_malformed` and the refusals of `verifyManifestChain`.
   */
  take(untrusted: readonly Bytes[]): Promise<Result<boolean>>
}
