/** What a browser's `navigator.credentials` answers, over a passkey in software. */
import { concat, fromBase64Url, utf8 } from '@holdfast/base/bytes'
import {
  type SoftwarePasskey,
  sha256,
  softwarePasskey,
} from '@holdfast/enclave/testing/software-passkey'
import type { Authenticators } from '@holdfast/sdk'

const exact = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

/** Flags AT, UV and UP (WebAuthn §6.1), with a counter of 0. */
const attested = ({ credential, cose }: SoftwarePasskey, flags: number): Uint8Array => {
  const handle = fromBase64Url(credential.handle)
  return concat(
    sha256(utf8(credential.rpId)),
    Uint8Array.of(flags, 0, 0, 0, 0),
    new Uint8Array(16),
    Uint8Array.of(handle.length >> 8, handle.length & 0xff),
    handle,
    cose,
  )
}

/** One key, on pages of one origin. */
export const softwareAuthenticator = (
  options: Parameters<typeof softwarePasskey>[0] & { readonly verifies?: boolean } = {},
): Authenticators => {
  const passkey = softwarePasskey(options)
  const verified = options.verifies === false ? 0 : 0x04
  const give = (response: object): Promise<object> => Promise.resolve({ response })
  return {
    create: () => give({ getAuthenticatorData: () => exact(attested(passkey, 0x41 | verified)) }),
    get: (request) => {
      const challenge = new Uint8Array(request.publicKey.challenge as Uint8Array)
      const proof = passkey.assert({ challenge, flags: 0x01 | verified })
      return give({
        authenticatorData: exact(proof.authenticatorData),
        clientDataJSON: exact(proof.clientData),
        signature: exact(proof.signature),
      })
    },
  }
}
