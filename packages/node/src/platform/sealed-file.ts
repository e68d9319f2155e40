/** The sealed zone key in the node's folder, under a key that the platform gives. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sealing } from '@holdfast/enclave/ports/sealing'
import { replaceFile } from './replace-file.ts'

const isAbsent = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT'

export const createSealedFile = (dir: string, key: Sealing['key']): Sealing => {
  const path = join(dir, 'zone-key.sealed')
  return {
    read: async () => {
      try {
        return new Uint8Array(readFileSync(path))
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    write: async (sealed) => replaceFile(path, sealed),
    key,
  }
}
