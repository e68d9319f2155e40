import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { expect, it } from 'vitest'
import { agreements } from './agreements.ts'

/** `npm run decoders` tries ten thousand of each; these take a few milliseconds each. */
const counts: Readonly<Record<string, number>> = { 'bitcoin: bitcoinjs-lib': 100 }

it.each(Object.entries(agreements))(
  'the enclave agrees with others on what generated transactions do, %s',
  async (name, compare) => {
    using crypto = await createCrypto({ entropy: createEntropy() })
    expect(compare(crypto, { count: counts[name] ?? 400, seed: 2 })).toEqual([])
  },
)
