/** The real cryptography for tests of the core, with a small arena. */
import type { Crypto } from '../../ports/crypto.ts'
import { createCrypto } from '../create-crypto.ts'
import { createEntropy } from '../entropy.ts'

export const testEntropy = createEntropy()

export const testCrypto = (): Promise<Crypto & Disposable> =>
  createCrypto({
    entropy: testEntropy,
    arena: [
      { slotBytes: 64, slots: 512 },
      { slotBytes: 1024, slots: 64 },
      { slotBytes: 16_384, slots: 2 },
    ],
  })
