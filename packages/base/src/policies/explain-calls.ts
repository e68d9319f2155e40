/** Criteria on calls and typed data in plain words. */
import type { CallCriterion, Condition, TypedDataCriterion } from '../policy-conditions.ts'

export const and = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
export const or = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const conditionWords = ({ field, in: values, min, max }: Condition): string =>
  and([
    ...(values === undefined ? [] : [`${field} ${or(values)}`]),
    ...(min === undefined ? [] : [`${field} at least ${min}`]),
    ...(max === undefined ? [] : [`${field} at most ${max}`]),
  ])

const withConditions = (what: string, where: readonly Condition[] | undefined): string =>
  where === undefined ? what : `${what} with ${and(where.map(conditionWords))}`

/** `transfer(address to,uint256 value) of 0x… with value at most 5`. */
export const callWords = ({ to, method, where }: CallCriterion): string =>
  withConditions(`${method}${to === undefined ? '' : ` of ${or(to)}`}`, where)

/** `Mail(string contents) for chainId 1`. */
export const typedDataWords = ({ domain, type, where }: TypedDataCriterion): string => {
  const fields = Object.entries(domain ?? {}).map(([name, value]) => `${name} ${value}`)
  const of = type ?? 'of any type'
  return withConditions(fields.length === 0 ? of : `${of} for ${and(fields)}`, where)
}
