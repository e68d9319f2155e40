/** Governors of a test's mesh, who sign by the documented commands with keys that lie elsewhere. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { runHoldfast } from '../support/cli.ts'
import type { TestMesh } from '../support/mesh.ts'

const governors = ['first', 'second', 'third'] as const

export type Govern = (by: {
  /** How many of the three sign. */
  readonly signers: number
  /** Options of `holdfast manifest propose`. */
  readonly change: readonly string[]
}) => Promise<void>

/** Takes their keys out of the folder of the mesh first. */
export const governFromElsewhere = async (mesh: TestMesh): Promise<Govern> => {
  const keys = join(mesh.dir, '../governors')
  await rename(mesh.layout.governors, keys)
  return async ({ signers, change }) => {
    const file = join(keys, 'next.json')
    const dir = ['--dir', mesh.dir]
    const commands = [
      ['propose', '--out', file, ...dir, ...change],
      ...governors
        .slice(0, signers)
        .map((id) => ['sign', file, '--governor', join(keys, `${id}.json`)]),
      ['apply', file, ...dir],
    ]
    for (const words of commands) await runHoldfast(['manifest', ...words])
    // One that is told tells the others.
    process.kill(mesh.nodes[0]!.pid(), 'SIGHUP')
  }
}
