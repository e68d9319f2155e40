import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { expect, it } from 'vitest'
import { disagreements } from './ethereum-agreement.ts'

/** `npm run decoders` tries ten thousand. */
const count = 600

it('the enclave, viem and ethers agree on what generated Ethereum transactions do', async () => {
  using crypto = await createCrypto({ entropy: createEntropy() })
  expect(disagreements(crypto, { count, seed: 1 })).toEqual([])
})
