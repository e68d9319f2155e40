/** OPAQUE by @serenity-kit/opaque: opaque-ke in WebAssembly, ristretto255 and SHA-512. */
import { type Bytes, concat, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import { ready, server } from '@serenity-kit/opaque'
import type { Opaque } from '../ports/opaque.ts'

/** OPRF seed, private key, and the public key that stands for unknown users. */
const setupBytes = 128
const secretBytes = 96

/** The library throws on what it cannot read. */
const readable = <Value>(action: () => Value): Value | undefined => {
  try {
    return action()
  } catch {
    return undefined
  }
}

export const createOpaque = async (): Promise<Opaque> => {
  await ready
  const template = fromBase64Url(server.createSetup())
  assert(template.length === setupBytes, 'an OPAQUE setup has 128 bytes')
  const stranger = template.slice(secretBytes)
  return {
    setup: (secret: Bytes) => {
      assert(secret.length === secretBytes, 'an OPAQUE setup is made of 96 bytes')
      const bytes = concat(secret, stranger)
      // Below 2^252, so that it is a scalar of ristretto255 in its one form.
      bytes[secretBytes - 1] = (bytes[secretBytes - 1] as number) & 0x0f
      const setup = toBase64Url(bytes)
      bytes.fill(0)
      return setup
    },
    register: ({ setup, user, request }) =>
      readable(
        () =>
          server.createRegistrationResponse({
            serverSetup: setup,
            userIdentifier: user,
            registrationRequest: request,
          }).registrationResponse,
      ),
    start: ({ setup, user, record, request }) =>
      readable(() => {
        const { loginResponse, serverLoginState } = server.startLogin({
          serverSetup: setup,
          userIdentifier: user,
          registrationRecord: record,
          startLoginRequest: request,
        })
        return { response: loginResponse, state: serverLoginState }
      }),
    finish: ({ state, request }) =>
      readable(() =>
        server.finishLogin({ serverLoginState: state, finishLoginRequest: request }),
      ) !== undefined,
  }
}
