/** A new chain of manifests at run time: taken, judged by, and shown to clients. */

import type { Logs } from '../logs.ts'
import type { MeshLinks } from '../mesh/create-mesh.ts'
import type { ManifestHolder } from './manifest-holder.ts'

/**
 * Reads the chain again; every peer is judged anew by what it says, and a link whose verdict is no
 * longer good is cut. What is refused leaves all as it was.
 */
export const reloadManifest = async (options: {
  readonly manifests: ManifestHolder
  readonly mesh: Pick<MeshLinks, 'renewVerdicts'>
  readonly read: () => Uint8Array
  readonly nowMs: number
  readonly logs: Logs
}): Promise<void> => {
  const { manifests, mesh, logs } = options
  const taken = manifests.take(options.read(), options.nowMs)
  if (!taken.ok) return logs.warn('manifest refused', { code: taken.refusal.code })
  if (!taken.value) return
  logs.info('manifest taken', { detail: `serial ${manifests.current().manifest.serial}` })
  await mesh.renewVerdicts()
  // Once more, for links whose peers were being judged by the one before meanwhile.
  await new Promise((resolve) => setImmediate(resolve))
  await mesh.renewVerdicts()
  manifests.settle()
}
