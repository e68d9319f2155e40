/** The credentials of a wallet in words. */
import type { Wallet } from '@holdfast/sdk'
import { table } from './table.ts'

export const credentialsText = ({
  persons,
  credentials,
}: Pick<Wallet, 'persons' | 'credentials'>): string => {
  const owners = new Set(persons.flatMap(({ id, owner }) => (owner ? [id] : [])))
  return table(
    credentials.map(({ id, kind, person, name, expiresAt, scope }) => [
      id,
      kind,
      owners.has(person) ? `${person} (owner)` : person,
      name ?? '',
      expiresAt === undefined ? '' : `until ${expiresAt}`,
      ...(scope === undefined ? [] : [scopeText(scope)]),
    ]),
  )
}

const scopeText = (scope: NonNullable<Wallet['credentials'][number]['scope']>): string => {
  const { operations, accounts } = scope
  const what = operations === undefined ? '' : `only ${operations.join(', ')}`
  const where = accounts === undefined ? '' : `by ${accounts.join(', ')}`
  return `${what} ${where}`.trim()
}
