/** `password.register`: answers a client that makes a new password; nothing is kept. */
import type { PasswordRegisterAnswer } from '@holdfast/base/answers'
import { toBase64Url, toHex } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { passwordSecrets } from '../credentials/password/secrets.ts'
import type { Run } from './call.ts'

/**
 * The name of the setup is fresh and the enclave's own choice, so that this is no way to try
 * passwords that are in use. Refusals: `unknown_session`, `not_here`, `unsupported`, `malformed`.
 */
export const passwordRegister: Run<'password.register'> = async (context, call) => {
  const { session, request } = call
  if (session === undefined) {
    return refuse('unknown_session', 'this request belongs into a sealed session')
  }
  const entry = await context.wallets.read(request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const setup = toHex(context.entropy.bytes(16))
  const secrets = await passwordSecrets(context, entry, setup)
  if (!secrets.ok) return secrets
  const { crypto } = context
  const ticketKey = toBase64Url(crypto.ed25519.publicKey(secrets.value.ticketSeed))
  secrets.value.ticketSeed.fill(0)
  const message = crypto.opaque.register({
    setup: secrets.value.setup,
    user: setup,
    request: request.message,
  })
  if (message === undefined) return refuse('malformed', 'not a message of OPAQUE')
  const answer: PasswordRegisterAnswer = { setup, message, ticketKey, node: context.self }
  return accept(answer)
}
