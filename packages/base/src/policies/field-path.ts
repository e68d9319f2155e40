/** Where a field stands in arguments or typed data: `order.items[].amount`. */
import type { AbiMember, AbiType } from './method.ts'

/** A name, or every element of a list. */
export type Step = { readonly name: string } | 'each'

export const fieldPathPattern =
  /^[A-Za-z_$][A-Za-z0-9_$]{0,63}(?:\[\])*(?:\.[A-Za-z_$][A-Za-z0-9_$]{0,63}(?:\[\])*){0,7}$/

/** The steps of a path that the schema has checked. */
export const fieldSteps = (path: string): readonly Step[] =>
  path.split('.').flatMap((part): Step[] => {
    const [name = '', ...lists] = part.split('[]')
    return [{ name }, ...lists.map((): Step => 'each')]
  })

/** The type that a path leads to; undefined where it leads nowhere. */
export const typeAt = (inputs: readonly AbiMember[], path: string): AbiType | undefined => {
  let type: AbiType | undefined = { kind: 'tuple', members: inputs }
  for (const step of fieldSteps(path)) {
    if (step === 'each') type = type?.kind === 'array' ? type.of : undefined
    else {
      const members: readonly AbiMember[] = type?.kind === 'tuple' ? type.members : []
      type = members.find(({ name }) => name === step.name)?.type
    }
  }
  return type
}
