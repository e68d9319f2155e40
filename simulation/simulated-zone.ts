/** What of a zone outlives its node: its disk, what is sealed on its machine, its clock. */
import type { Bytes } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import type { Sealing } from '@holdfast/enclave/ports/sealing'
import { createMemoryDisk, type MemoryDisk } from '@holdfast/enclave/testing/memory-store'
import type { Random } from './random.ts'

export type SimulatedZone = {
  readonly id: ZoneId
  readonly level: number
  disk: MemoryDisk
  sealing: Sealing
  /** How far its host's clock is from the virtual time. */
  clockOffsetMs: number
  boots: number
  /** How often its store became another incarnation. */
  forks: number
}

/** What is written survives crashes; the key is the machine's. */
export const createSealing = (random: Random): Sealing => {
  const key = random.bytes(32)
  let sealed: Bytes | undefined
  return {
    read: async () => sealed,
    write: async (bytes) => {
      sealed = Uint8Array.from(bytes)
    },
    key: async () => Uint8Array.from(key),
  }
}

export const createZone = (id: ZoneId, level: number, random: Random): SimulatedZone => ({
  id,
  level,
  disk: createMemoryDisk(id),
  sealing: createSealing(random),
  clockOffsetMs: 0,
  boots: 0,
  forks: 0,
})
