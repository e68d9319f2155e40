/**
 * The credential in a request's header (KMIP 2.1 §9.4). It authenticates nobody: who the tenant is
 * says the certificate. An object that is made under a credential is bound to a digest of the
 * whole of it, its secret included, and is used by who shows the same one. A digest of what names
 * the user goes before it, so that another user is told from a wrong secret.
 */
import { concat, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { RequestHeader } from '@holdfast/kmip'
import type { GeneralCrypto } from '../ports/general-crypto.ts'

type Credential = NonNullable<RequestHeader['authentication']>['credentials'][number]

type Fields = readonly (string | undefined)[]

/** What is digested of a credential: all of it, each field in its place. */
const fieldsOf = (credential: Credential): { readonly user: Fields; readonly secret: Fields } => {
  if (credential.credentialType === 'UsernameAndPassword') {
    const { username, password } = credential.credentialValue
    return { user: ['user', username], secret: [password] }
  }
  if (credential.credentialType === 'Device') {
    const value = credential.credentialValue
    const named = [
      value.deviceSerialNumber,
      value.deviceIdentifier,
      value.networkIdentifier,
      value.machineIdentifier,
      value.mediaIdentifier,
    ]
    return { user: ['device', ...named], secret: [value.password] }
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
  const fields = own.map(fieldsOf)
  const digest = (label: string, all: readonly Fields[]): string => {
    const text = JSON.stringify(all.map((one) => one.map((field) => field ?? null)))
    return toHex(hash('sha256', concat(utf8(`holdfast kmip ${label} v2\0${wallet}\0`), utf8(text))))
  }
  const users = fields.map(({ user }) => user)
  const secrets = fields.map(({ user, secret }) => [...user, ...secret])
  return digest('user', users) + digest('credential', secrets)
}

const digestChars = 64

/** Whether two credentials name one user, whatever their secrets are. */
export const isSameUser = (left: string, right: string): boolean =>
  left.slice(0, digestChars) === right.slice(0, digestChars)
