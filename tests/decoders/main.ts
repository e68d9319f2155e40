/** `npm run decoders`: ten thousand generated transactions of each kind, decoded by others too. */
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { agreements } from './agreements.ts'

const [count = '10000', seed = '1', only] = process.argv.slice(2)
using crypto = await createCrypto({ entropy: createEntropy() })
for (const [name, compare] of Object.entries(agreements)) {
  if (only !== undefined && only !== name) continue
  const found = compare(crypto, { count: Number(count), seed: Number(seed) })
  for (const { what, transaction } of found) console.log(`${name}: ${what} ${transaction}`)
  console.error(`${name}: ${count} generated, ${found.length} disagreements`)
  if (found.length > 0) process.exitCode = 1
}
