/** Persons and credentials of a wallet must name each other, each once, and leave it an owner. */
import { credentialIdInput } from '@holdfast/base/credential-id'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { CredentialId } from '@holdfast/base/ids'
import type { Credential, Wallet } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'
import { checkPasskey } from './passkey/check-passkey.ts'
import { signsRequests } from './signs-requests.ts'

const credentialIdOf = (crypto: Crypto, credential: Credential): CredentialId =>
  CredentialId.of(crypto.sha256(credentialIdInput(credential)).subarray(0, 16))

const hasTwice = (values: readonly string[]): boolean => new Set(values).size !== values.length

/** Refuses `invalid_field`. */
export const checkPersons = (
  crypto: Crypto,
  wallet: Pick<Wallet, 'persons' | 'credentials'>,
): Result<void> => {
  const persons = new Map(wallet.persons.map((person) => [person.id, person]))
  if (persons.size !== wallet.persons.length) {
    return refuse('invalid_field', 'a person stands twice in the wallet', 'persons')
  }
  if (hasTwice(wallet.credentials.map((credential) => credential.id))) {
    return refuse('invalid_field', 'a credential stands twice in the wallet', 'credentials')
  }
  const setups = wallet.credentials.flatMap((one) => (one.kind === 'password' ? [one.setup] : []))
  if (hasTwice(setups)) {
    return refuse('invalid_field', 'two passwords have one setup', 'credentials')
  }
  for (const credential of wallet.credentials) {
    if (!persons.has(credential.person)) {
      return refuse('invalid_field', 'a credential names no person of the wallet', credential.id)
    }
    const passkey = credential.kind === 'passkey' ? checkPasskey(crypto, credential) : undefined
    if (passkey?.ok === false) return passkey
    const id = attempt(() => credentialIdOf(crypto, credential))
    if (!id.ok) return id
    if (id.value !== credential.id) {
      return refuse('invalid_field', 'the id of a credential is not that of its key', credential.id)
    }
  }
  // What governs the wallet must be able to sign requests, of any operation.
  const owned = wallet.credentials.some(
    ({ kind, person, scope }) =>
      signsRequests(kind) && scope === undefined && persons.get(person)?.owner === true,
  )
  if (!owned) return refuse('invalid_field', 'no owner of the wallet has a key', 'persons')
  return accept(undefined)
}
