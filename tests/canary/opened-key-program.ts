/**
 * Opens two private keys from stdin (32 bytes each), signs with both, and lets the first be
 * evicted, as a node does; then waits to be looked into. Nothing here keeps a copy.
 */
import { readSync } from 'node:fs'
import { ObjectId } from '@holdfast/base/ids'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createOpenedKeys } from '@holdfast/enclave/keys/opened-keys'

const crypto = await createCrypto({ entropy: createEntropy() })
const keys = createOpenedKeys({ nowMs: () => Date.now() }, 1)
const digest = new Uint8Array(32).fill(1)

for (const number of [1, 2]) {
  const id = ObjectId.of(new Uint8Array(16).fill(number))
  // Unlike `Buffer.from`, no part of the shared pool that the runtime would not overwrite.
  const bytes = new Uint8Array(32)
  readSync(0, bytes)
  // Takes the bytes over and erases them here.
  keys.put(id, undefined, [], crypto.secretFrom(bytes))
  const opened = keys.get(id, undefined, [])
  opened?.use((privateKey) => {
    crypto.secp256k1.sign({ digest, privateKey })
    crypto.secp256k1.signSchnorr({ digest, privateKey, auxiliary: digest })
  })
}
// The stack of the native library keeps what it last worked on until its next call (SECURITY.md).
for (let call = 1; call <= 8; call += 1) {
  const privateKey = new Uint8Array(32).fill(call)
  crypto.secp256k1.sign({ digest, privateKey })
  crypto.secp256k1.signSchnorr({ digest, privateKey, auxiliary: digest })
}
process.stdout.write(`${JSON.stringify({ kept: keys.size })}\n`)
setInterval(() => undefined, 60_000)
