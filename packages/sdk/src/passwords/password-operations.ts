/** What a client does with passwords. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { Client, RequestOptions } from '../client.ts'
import type { AddCredentials } from '../requests/change-credentials.ts'
import type { Header, Prepared } from '../requests/prepared.ts'
import { login, makePassword } from './password.ts'
import { type PasswordRequests, unlockPassword } from './requests.ts'

type Parts = {
  readonly header: () => Header
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  readonly add: (options: AddCredentials, request?: RequestOptions) => Promise<WalletAnswer>
}

export const passwordOperations = ({
  header,
  send,
  add,
}: Parts): Pick<Client, 'addPassword' | 'login' | 'unlockPassword'> => {
  const requests = (request?: RequestOptions): PasswordRequests => ({
    header,
    send: (prepared) => send(prepared, request),
  })
  return {
    addPassword: async ({ name, ...of }, request) => {
      const listing = name === undefined ? {} : { name }
      const { credential, enrol } = await makePassword(of, requests(request), listing)
      using signer = enrol
      const { wallet } = of
      return await add({ wallet, credentials: [credential], enrol: [signer] }, request)
    },
    login: (of, request) => login(of, requests(request)),
    unlockPassword: async ({ wallet, credential }, request) => {
      await send(unlockPassword(header(), wallet, credential), request)
    },
  }
}
