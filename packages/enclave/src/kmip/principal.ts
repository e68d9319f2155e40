/**
 * The credential in a request's header (KMIP 2.1 §9.4). It authenticates nobody: who the tenant is
 * says the certificate. An object that is made under a credential is bound to a digest of the
 * whole of it, its secret included, and is used by who shows the same one.
 */
import { concat, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { RequestHeader } from '@holdfast/kmip'
import type { GeneralCrypto } from '../ports/general-crypto.ts'

type Credential = NonNullable<RequestHeader['authentication']>['credentials'][number]

/** What is digested of a credential: all of it, each field in its place. */
const fieldsOf = (credential: Credential): readonly (string | undefined)[] => {
  if (credential.credentialType === 'UsernameAndPassword') {
    const { username, password } = credential.credentialValue
    return ['user', username, password]
  }
  if (credential.credentialType === 'Device') {
    const value = credential.credentialValue
    return [
      'device',
      value.deviceSerialNumber,
      value.password,
      value.deviceIdentifier,
      value.networkIdentifier,
      value.machineIdentifier,
      value.mediaIdentifier,
    ]
  }
  // Who sends these relies on a check that needs what this server does not have.
  return fail('unauthenticated', 'credentials of this type are not checked here')
}

/**
 * Undefined where the header has no credential but tickets, which `checkTickets` looks at. Fails
 * with `unauthenticated` for credentials that only a check could give a meaning.
 */
export const principalOf = (
  header: RequestHeader,
  wallet: WalletId,
  { hash }: Pick<GeneralCrypto, 'hash'>,
): string | undefined => {
  const credentials = header.authentication?.credentials ?? []
  const own = credentials.filter(({ credentialType }) => credentialType !== 'Ticket')
  if (own.length === 0) return undefined
  const fields = JSON.stringify(own.map((one) => fieldsOf(one).map((field) => field ?? null)))
  return toHex(
    hash('sha256', concat(utf8(`holdfast kmip credential v1\0${wallet}\0`), utf8(fields))),
  )
}
