/** A person gives himself another password: by the old one, in one change of the wallet. */
import { fail } from '@holdfast/base/errors'
import type { RequestOptions } from '../client.ts'
import { rebasing } from '../rebase.ts'
import { showWallet } from '../requests/read.ts'
import { login, makePassword, type PasswordOf } from './password.ts'
import type { PasswordAnswer, PasswordParts } from './password-operations.ts'
import { type PasswordRequests, replacePassword } from './requests.ts'

export type ChangePassword = PasswordOf & {
  readonly newPassword: string
  readonly device?: string
}

/** Proved by the login that it makes, whoever the client is connected with. */
export const changePassword = async (
  { newPassword, ...of }: ChangePassword,
  { header, send }: Pick<PasswordParts, 'header' | 'send'>,
  request?: RequestOptions,
): Promise<PasswordAnswer> => {
  const requests: PasswordRequests = { header, send: (prepared) => send(prepared, request) }
  using old = await login(of, requests)
  const signers = [old]
  const show: Parameters<typeof rebasing>[0]['show'] = (wallet) =>
    send({ ...showWallet(wallet, { header: header() }), signers }, request)
  const { credentials } = (await show(of.wallet)).wallet
  const listed = credentials.find(({ id }) => id === old.id)
  if (listed === undefined) return fail('wrong_password', 'the wallet lists the password no more')
  const { name, expiresAt, scope } = listed
  const { credential, enrol } = await makePassword({ ...of, password: newPassword }, requests, {
    ...(name === undefined ? {} : { name }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(scope === undefined ? {} : { scope }),
  })
  using signer = enrol
  const change = rebasing({
    show,
    send: (prepared) => send({ ...prepared, signers, enrol: [signer] }, request),
    header,
  })
  const replaced = { wallet: of.wallet, replaces: old.id, credential }
  const answer = await change(replacePassword)(replaced)
  return { ...answer, credential: credential.id }
}
