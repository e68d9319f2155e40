/** `npm run decoders`: ten thousand generated transactions, decoded by the enclave and others. */
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { disagreements } from './ethereum-agreement.ts'

const [count = '10000', seed = '1'] = process.argv.slice(2)
using crypto = await createCrypto({ entropy: createEntropy() })
const found = disagreements(crypto, { count: Number(count), seed: Number(seed) })
for (const { what, transaction } of found) console.log(`${what} ${transaction}`)
console.error(`${count} transactions, ${found.length} disagreements`)
process.exitCode = found.length === 0 ? 0 : 1
