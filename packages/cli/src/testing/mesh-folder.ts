/** A simulated mesh of three zones in a folder of a test's own, and what is refused there. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RefusalError } from '@holdfast/base/errors'
import { createMesh } from '../mesh-folder/create-mesh.ts'
import type { MeshLayout } from '../mesh-folder/layout.ts'
import { defaultZones } from '../mesh-folder/zones.ts'

/** The test removes `parent`, and may put files of its own there. */
export const makeMeshFolder = async (
  nowMs: number,
): Promise<{ readonly parent: string; readonly layout: MeshLayout }> => {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-folder-'))
  const made = { dir: join(parent, 'mesh'), name: 'test', zones: defaultZones, firstPort: 0 }
  const { layout } = await createMesh({ ...made, nowMs, measurement: 'e5'.repeat(32) })
  return { parent, layout }
}

/** `ok`, or the code of the refusal. */
export const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return 'ok'
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}
