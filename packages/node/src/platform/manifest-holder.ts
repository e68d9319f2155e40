/** The manifest that a node runs under: read again when it is told to, and never an older one. */
import type { VerifiedManifest } from '@holdfast/attestation'
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { signedManifestSchema } from '@holdfast/base/manifest'
import { parseJson } from '@holdfast/base/schema'
import type { z } from 'zod'
import { manifestsAnswerBytesMax } from '../limits.ts'
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
  /** The signed manifests after this serial, oldest first, at most `limit`; JSON bytes each. */
  after(serial: number, limit: number): readonly Uint8Array[]
  /** Takes manifests that follow the current one; refuses as `take`, and what is no JSON. */
  extend(untrusted: readonly Uint8Array[], nowMs: number): Result<boolean>
  /**
   * Takes a newer chain; true where it is one. Refusals: those of `openManifests`, `wrong_mesh`,
   * `manifest_rollback` (an older serial), `manifest_chain` (it does not continue the known one).
   */
  take(untrusted: Uint8Array, nowMs: number): Result<boolean>
}

type Signed = z.infer<typeof signedManifestSchema>

const signedOf = (json: Uint8Array): readonly Signed[] =>
  (JSON.parse(fromUtf8(json)) as { readonly manifests: readonly Signed[] }).manifests

const asBytes = (value: unknown): Uint8Array => utf8(JSON.stringify(value))

export const holdManifest = (first: ManifestChain): ManifestHolder => {
  let held = first
  let settled = first.current
  const take: ManifestHolder['take'] = (untrusted, nowMs) => {
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
  }
  return {
    current: () => held.current,
    settled: () => settled,
    settle: () => {
      settled = held.current
    },
    json: () => held.json,
    after: (serial, limit) => {
      const all = signedOf(held.json)
      // Serials may skip numbers: those before are as many as the chain has before.
      const known = [...(held.current.history ?? []), held.current.manifest]
      const first = known.findIndex((manifest) => manifest.serial > serial)
      const later = first < 0 ? [] : all.slice(first, first + limit).map(asBytes)
      let bytes = 0
      return later.filter(({ length }, index) => {
        bytes += length
        return index === 0 || bytes <= manifestsAnswerBytesMax
      })
    },
    extend: (untrusted, nowMs) => {
      const parsed = attempt(() => untrusted.map((one) => parseJson(signedManifestSchema, one)))
      if (!parsed.ok) return refuse('manifest_malformed', 'a peer gave no signed manifest')
      return take(asBytes({ manifests: [...signedOf(held.json), ...parsed.value] }), nowMs)
    },
    take,
  }
}
