/** Keys of simulated people: made from their names, worth nothing. */
import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Credential } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'

export type SimulatedKey = {
  readonly credential: Credential
  authorise(purpose: Purpose, request: Bytes): Authorisation
}

export const simulatedKey = (crypto: Crypto, person: string): SimulatedKey => {
  const privateKey = crypto.sha256(utf8(`simulated key of ${person}`))
  const publicKey = crypto.ed25519.publicKey(privateKey)
  const id = CredentialId.of(crypto.sha256(utf8('api-key\0ed25519\0'), publicKey).subarray(0, 16))
  return {
    credential: {
      id,
      person: PersonId(person),
      kind: 'api-key',
      algorithm: 'ed25519',
      publicKey: toBase64Url(publicKey),
    },
    authorise: (purpose, request) => ({
      credential: id,
      purpose,
      signature: toBase64Url(
        crypto.ed25519.sign({
          message: crypto.sha256(challengeInput(purpose, request)),
          privateKey,
        }),
      ),
    }),
  }
}
