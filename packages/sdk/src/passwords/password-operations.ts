/** What a client does with passwords. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { CredentialId } from '@holdfast/base/ids'
import type { Client, RequestOptions } from '../client.ts'
import type { Listing } from '../credentials.ts'
import type { AddCredentials } from '../requests/change-credentials.ts'
import type { Header, Prepared } from '../requests/prepared.ts'
import { changePassword } from './change-password.ts'
import { login, makePassword, type PasswordOf } from './password.ts'
import { type PasswordRequests, unlockPassword } from './requests.ts'

export type AddPassword = PasswordOf &
  Listing & {
    /** A person whom the wallet does not know yet. */
    readonly persons?: AddCredentials['persons']
  }

/** With the id of the new password, which the wallet does not list yet where the change waits. */
export type PasswordAnswer = WalletAnswer & { readonly credential: CredentialId }

export type PasswordParts = {
  readonly header: () => Header
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  readonly add: (options: AddCredentials, request?: RequestOptions) => Promise<WalletAnswer>
}

export const passwordOperations = ({
  header,
  send,
  add,
}: PasswordParts): Pick<Client, 'addPassword' | 'changePassword' | 'login' | 'unlockPassword'> => {
  const requests = (request?: RequestOptions): PasswordRequests => ({
    header,
    send: (prepared) => send(prepared, request),
  })
  return {
    addPassword: async ({ wallet, person, password, persons = [], ...listing }, request) => {
      const of = { wallet, person, password }
      const { credential, enrol } = await makePassword(of, requests(request), listing)
      using signer = enrol
      const added = { wallet, credentials: [credential], persons, enrol: [signer] }
      return { ...(await add(added, request)), credential: credential.id }
    },
    changePassword: (options, request) => changePassword(options, { header, send }, request),
    login: (of, request) => login(of, requests(request)),
    unlockPassword: async ({ wallet, credential }, request) => {
      await send(unlockPassword(header(), wallet, credential), request)
    },
  }
}
