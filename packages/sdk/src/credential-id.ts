/** The id of a credential, as the enclave computes it too. */
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId } from '@holdfast/base/ids'
import { sha256 } from '@noble/hashes/sha2.js'

/** The first 16 bytes of the SHA-256 of its kind and public key (base/credential-id.ts). */
export const idOf = (named: Parameters<typeof credentialIdInput>[0]): CredentialId =>
  CredentialId.of(sha256(credentialIdInput(named)).subarray(0, 16))
