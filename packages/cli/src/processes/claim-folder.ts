/** One `holdfast start` at a time for a folder. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fail } from '@holdfast/base/errors'
import type { MeshLayout } from '../mesh-folder/layout.ts'

export type FolderClaim = { release(): Promise<void> }

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Refuses with `store_in_use` while another process that runs has the folder. */
export const claimFolder = async (layout: MeshLayout): Promise<FolderClaim> => {
  const held = Number(await readFile(layout.pid, 'utf8').catch(() => '0'))
  if (held > 0 && held !== process.pid && isAlive(held)) {
    fail('store_in_use', `process ${held} runs this mesh already`, layout.dir)
  }
  await writeFile(layout.pid, `${process.pid}\n`)
  return { release: () => rm(layout.pid, { force: true }) }
}
