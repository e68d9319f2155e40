/**
 * The epochs of the zone's keys that a node's machine keeps sealed: in clear before each of them
 * (packages/enclave/src/zone-key/sealed-cache.ts). None where nothing is sealed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const sealedCache = 'zone-key.sealed'

const sealedBytes = 4 + 24 + 32 + 16

export const sealedEpochs = (nodeDir: string): readonly number[] => {
  const path = join(nodeDir, sealedCache)
  if (!existsSync(path)) return []
  const sealed = readFileSync(path)
  return Array.from({ length: sealed.length / sealedBytes }, (_, index) =>
    sealed.readUInt32BE(index * sealedBytes),
  )
}
