/** The one person of the measured wallets: an API key on P-256, as the target names it. */
import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Credential } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'

export type Owner = {
  readonly credential: Credential
  authorise(purpose: Purpose, request: Bytes): Authorisation
}

export const createOwner = (crypto: Crypto, entropy: Entropy): Owner => {
  const privateKey = entropy.bytes(32)
  const publicKey = crypto.p256.publicKey(privateKey)
  const id = CredentialId.of(crypto.sha256(utf8('api-key\0p256\0'), publicKey).subarray(0, 16))
  return {
    credential: {
      id,
      person: PersonId('owner'),
      kind: 'api-key',
      algorithm: 'p256',
      publicKey: toBase64Url(publicKey),
    },
    authorise: (purpose, request) => {
      const message = crypto.sha256(challengeInput(purpose, request))
      const signature = toBase64Url(crypto.p256.sign({ message, privateKey }))
      return { credential: id, purpose, signature }
    },
  }
}
