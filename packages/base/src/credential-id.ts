/** What a credential's id is the hash of; the client writes the id, the enclave checks it. */
import { type Bytes, concat, fromHex, utf8 } from './bytes.ts'
import { bytesOf } from './schema.ts'
import type { Credential } from './wallet.ts'

type Named =
  | {
      readonly kind: 'api-key' | 'passkey' | 'password'
      readonly algorithm: string
      readonly publicKey: string
    }
  | { readonly kind: 'tls-certificate'; readonly keyHash: string }

/**
 * Kind ‖ 0 ‖ algorithm ‖ 0 ‖ public key, or kind ‖ 0 ‖ `spki-sha256` ‖ 0 ‖ hash; the first 16
 * bytes of its SHA-256 are the id. Fails with `invalid_field`.
 */
export const credentialIdInput = (credential: Named | Credential): Bytes =>
  credential.kind === 'tls-certificate'
    ? concat(utf8('tls-certificate\0spki-sha256\0'), fromHex(credential.keyHash))
    : concat(
        utf8(`${credential.kind}\0${credential.algorithm}\0`),
        bytesOf(credential.publicKey, 'base64url'),
      )
