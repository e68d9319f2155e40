/** A function of a JSON ABI as a policy writes it. */
import { fail } from '@holdfast/base/errors'
import { z } from 'zod'

type Parameter = {
  readonly name?: string | undefined
  readonly type: string
  readonly components?: readonly Parameter[] | undefined
}

const parameter: z.ZodType<Parameter> = z.object({
  name: z.string().optional(),
  type: z.string(),
  get components() {
    return z.array(parameter).optional()
  },
})
const abiFunction = z.object({
  type: z.literal('function'),
  name: z.string(),
  inputs: z.array(parameter),
})
const abi = z.union([z.array(z.unknown()), z.object({ abi: z.array(z.unknown()) }), abiFunction])

const list = (parameters: readonly Parameter[]): string =>
  `(${parameters.map((one, index) => `${typeOf(one)} ${one.name || `arg${index}`}`).join(',')})`

const typeOf = ({ type, components }: Parameter): string =>
  type.startsWith('tuple') ? `${list(components ?? [])}${type.slice(5)}` : type

/** The texts of all functions of that name, from an ABI, a compiler's artefact or one fragment. */
export const methodsOfAbi = (json: unknown, name?: string): readonly string[] => {
  const parsed = abi.safeParse(json)
  if (!parsed.success) return fail('invalid_field', 'not an ABI', 'abi')
  const { data } = parsed
  const entries = Array.isArray(data) ? data : 'abi' in data ? data.abi : [data]
  return entries.flatMap((entry) => {
    const one = abiFunction.safeParse(entry)
    if (!one.success || (name !== undefined && one.data.name !== name)) return []
    return [`${one.data.name}${list(one.data.inputs)}`]
  })
}
