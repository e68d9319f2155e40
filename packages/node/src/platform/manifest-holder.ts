/** The manifest that a node runs under: read again when it is told to, and never an older one. */
import type { VerifiedManifest } from '@holdfast/attestation'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { type ManifestChain, openManifests } from './manifests.ts'

export type ManifestHolder = {
  /** Peers are judged by it. */
  current(): VerifiedManifest
  /** The core works by it: every link that there is was judged by it. */
  settled(): VerifiedManifest
  /** Every link was judged by the current one. */
  settle(): void
  /** The chain as clients are given it. */
  json(): Uint8Array
  /**
   * Takes a newer chain; true where it is one. Refusals: those of `openManifests`, `wrong_mesh`,
   * `manifest_rollback` (an older serial), `manifest_chain` (it does not continue the known one).
   */
  take(untrusted: Uint8Array, nowMs: number): Result<boolean>
}

export const holdManifest = (first: ManifestChain): ManifestHolder => {
  let held = first
  let settled = first.current
  return {
    current: () => held.current,
    settled: () => settled,
    settle: () => {
      settled = held.current
    },
    json: () => held.json,
    take: (untrusted, nowMs) => {
      const opened = openManifests(untrusted, nowMs)
      if (!opened.ok) return opened
      const { current } = opened.value
      const known = held.current
      if (current.mesh !== known.mesh) return refuse('wrong_mesh', 'the chain is of another mesh')
      if (current.hash === known.hash) return accept(false)
      if (current.manifest.serial < known.manifest.serial) {
        return refuse('manifest_rollback', `serial ${known.manifest.serial} is known`, 'serial')
      }
      if (current.earlier?.includes(known.hash) !== true) {
        return refuse('manifest_chain', 'the chain does not continue the one that is known')
      }
      held = opened.value
      return accept(true)
    },
  }
}
