/** The password beside the passkey: added to the wallet, and logged in with. */
import { type Client, type Exposure, type Password, PersonId, type Wallet } from '@holdfast/sdk'
import { element } from './elements.ts'
import { keep, readKept } from './kept.ts'

/** Whom `createWallet` names where nobody is named. */
const person = PersonId('owner')

/** The field is emptied: a password stays in the page no longer than it is needed. */
const taken = (id: string): string => {
  const field = element<HTMLInputElement>(id)
  const { value } = field
  field.value = ''
  return value
}

export const addPassword = async (client: Client, { id: wallet }: Wallet): Promise<Wallet> => {
  const password = taken('new-password')
  const answer = await client.addPassword({ wallet, person, password, name: 'Password' })
  element('password-state').textContent = `The wallet lists ${answer.credential}.`
  return answer.wallet
}

const exposureText = ({ inForce, open }: Exposure): string =>
  [
    `The old one is refused in ${inForce.join(', ')}`,
    ...open.map(({ zone, until }) => `not yet in ${zone} (${until ?? 'until it is reached'})`),
  ].join('; ')

/** By the old password alone, whoever is logged in; logins by it end. */
export const changePassword = async (client: Client, wallet: Wallet['id']): Promise<Wallet> => {
  const { device } = readKept()
  const answer = await client.changePassword({
    wallet,
    person,
    password: taken('old-password'),
    newPassword: taken('another-password'),
    ...(device === undefined ? {} : { device }),
  })
  const { credential, exposure } = answer
  const until = exposure === undefined ? '' : ` ${exposureText(exposure)}.`
  element('password-state').textContent = `The wallet lists ${credential} now.${until}`
  return answer.wallet
}

/** The signer for an hour; what marks this device is kept, so that no stranger locks it out. */
export const logIn = async (client: Client, wallet: Wallet['id']): Promise<Password> => {
  const { device } = readKept()
  const known = device === undefined ? {} : { device }
  const login = await client.login({ wallet, person, password: taken('password'), ...known })
  keep({ device: login.device })
  element('password-state').textContent = `Logged in by ${login.id} until ${login.expiresAt}.`
  return login
}
