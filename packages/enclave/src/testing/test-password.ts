/** Passwords of tests: registered as a client does it, and proofs by the keys behind them. */
import type { PasswordRegisterAnswer } from '@holdfast/base/answers'
import type { Authorisation, Purpose } from '@holdfast/base/authorisation'
import { challengeInput } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import { encodePasswordProof } from '@holdfast/base/password-proof'
import type { PasswordCredential, Wallet } from '@holdfast/base/wallet'
import { client as opaque } from '@serenity-kit/opaque'
import { must } from './core-world.ts'
import { sealedClient } from './sealed-client.ts'
import type { TestMesh } from './test-mesh.ts'
import { walletRequest } from './wallet-requests.ts'

/** The least that Argon2 takes: the tests measure no stretching. */
export const keyStretching = {
  'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 },
} as const

const privateKeyOf = ({ crypto }: TestMesh, password: string): Bytes =>
  crypto.sha256(utf8(`request key behind ${password}`))

/** Alice's, not yet in the wallet. The caller has awaited that OPAQUE is `ready`. */
export const registerPassword = async (
  mesh: TestMesh,
  wallet: Wallet,
  password: string,
): Promise<PasswordCredential> => {
  const session = await sealedClient(mesh, 'eu-west')
  const begun = opaque.startRegistration({ password })
  const asked = walletRequest(mesh, wallet, 'password.register', {
    message: begun.registrationRequest,
  })
  const { setup, message, ticketKey } = must(await session.ask<PasswordRegisterAnswer>(asked))
  const { registrationRecord: record } = opaque.finishRegistration({
    password,
    clientRegistrationState: begun.clientRegistrationState,
    registrationResponse: message,
    keyStretching,
  })
  const publicKey = toBase64Url(mesh.crypto.ed25519.publicKey(privateKeyOf(mesh, password)))
  const named = { kind: 'password', algorithm: 'ed25519', publicKey } as const
  const id = CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16))
  return { ...named, id, person: PersonId('alice'), setup, record, ticketKey, envelope: 'AAAA' }
}

/** By the key behind the password; the ticket is of a login, and empty where it enrols. */
export const passwordProof =
  (
    mesh: TestMesh,
    { id }: Pick<PasswordCredential, 'id'>,
    password: string,
    ticket: Bytes = new Uint8Array(),
  ) =>
  (purpose: Purpose, request: Bytes): Authorisation => {
    const message = mesh.crypto.sha256(challengeInput(purpose, request))
    const privateKey = privateKeyOf(mesh, password)
    const signature = mesh.crypto.ed25519.sign({ message, privateKey })
    return {
      credential: id,
      purpose,
      signature: toBase64Url(encodePasswordProof(ticket, signature)),
    }
  }
