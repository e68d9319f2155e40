/** The system's random generator as the entropy port (inside an enclave: RDRAND by its kernel). */
import { randomFillSync } from 'node:crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'

export const systemEntropy = (): Entropy => ({
  bytes: (length) => randomFillSync(new Uint8Array(length)),
  fill: (buffer) => {
    randomFillSync(buffer)
  },
})
