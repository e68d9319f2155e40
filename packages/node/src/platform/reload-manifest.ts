/** A new chain of manifests at run time: taken, judged by, kept, and shown to clients and peers. */

import { attempt, type Result } from '@holdfast/base/errors'
import type { Manifests } from '@holdfast/enclave/ports/manifests'
import type { Logs } from '../logs.ts'
import type { MeshLinks } from '../mesh/create-mesh.ts'
import type { ManifestHolder } from './manifest-holder.ts'
import { openManifests } from './manifests.ts'

type Judging = {
  readonly manifests: ManifestHolder
  readonly mesh: Pick<MeshLinks, 'renewVerdicts'>
  readonly logs: Logs
}

/** Every peer is judged anew, and a link whose verdict is no longer good is cut. */
const settle = async ({ manifests, mesh, logs }: Judging): Promise<void> => {
  logs.info('manifest taken', { detail: `serial ${manifests.current().manifest.serial}` })
  await mesh.renewVerdicts()
  // Once more, for links whose peers were being judged by the one before meanwhile.
  await new Promise((resolve) => setImmediate(resolve))
  await mesh.renewVerdicts()
  manifests.settle()
}

/** Reads the chain again. What is refused leaves all as it was. */
export const reloadManifest = async (
  options: Judging & { readonly read: () => Uint8Array; readonly nowMs: number },
): Promise<void> => {
  const { manifests, logs } = options
  const taken = manifests.take(options.read(), options.nowMs)
  if (!taken.ok) return logs.warn('manifest refused', { code: taken.refusal.code })
  if (taken.value) await settle(options)
}

/** Kept for the next start, unless a chain as long lies there already. */
const keep = (options: PeerManifestsOptions): void => {
  const { manifests, read, write, nowMs, logs } = options
  const kept = openManifests(read(), nowMs())
  const { serial } = manifests.current().manifest
  if (kept.ok && kept.value.current.manifest.serial >= serial) return
  const written = attempt(() => write(manifests.json()))
  if (!written.ok) logs.warn('manifest not kept', { code: written.refusal.code })
}

type PeerManifestsOptions = Judging & {
  readonly read: () => Uint8Array
  /** Fails as a parser does where the file cannot be written. */
  readonly write: (json: Uint8Array) => void
  readonly nowMs: () => number
}

/** What peers hand on is judged as what lies in the file: governors signed it, or it is refused. */
export const createPeerManifests = (options: PeerManifestsOptions): Manifests => {
  const { manifests, nowMs, logs } = options
  return {
    after: (serial, limit) => manifests.after(serial, limit),
    take: async (untrusted): Promise<Result<boolean>> => {
      const taken = manifests.extend(untrusted, nowMs())
      if (!taken.ok) logs.warn('manifest refused', { code: taken.refusal.code })
      else if (taken.value) {
        keep(options)
        await settle(options)
      }
      return taken
    },
  }
}
