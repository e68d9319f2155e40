/** What criteria on calls and typed data must fulfil beyond their schema. */
import { type Bytes, toHex, utf8 } from '../bytes.ts'
import { accept, attempt, type Result, refuse } from '../errors.ts'
import type { Policy, Rule } from '../policy.ts'
import type { CallCriterion, Condition } from '../policy-conditions.ts'
import { typeAt } from './field-path.ts'
import { type AbiType, parseMethod } from './method.ts'

export type MethodHashing = {
  readonly keccak256: (bytes: Bytes) => Bytes
  /** Selectors that decoders know by themselves, with their canonical methods. */
  readonly known?: ReadonlyMap<string, string>
}

/** The first four bytes of the hash of `transfer(address,uint256)`. */
export const selectorOf = (canonical: string, keccak256: MethodHashing['keccak256']): string =>
  toHex(keccak256(utf8(canonical)).subarray(0, 4))

const forms: Readonly<Partial<Record<AbiType['kind'], RegExp>>> = {
  address: /^0x[0-9a-fA-F]{40}$/,
  bool: /^(?:true|false)$/,
  uint: /^(?:0|[1-9][0-9]{0,77})$/,
  int: /^(?:0|-?[1-9][0-9]{0,77})$/,
  bytes: /^0x(?:[0-9a-f]{2})*$/,
  'fixed-bytes': /^0x(?:[0-9a-f]{2})*$/,
  string: /^/,
}

/** Why a condition cannot be one on a value of the type. */
const misfit = ({ in: values, min, max }: Condition, type: AbiType | undefined) => {
  const form = type === undefined ? undefined : forms[type.kind]
  if (type === undefined || form === undefined) return 'a condition names no field of its method'
  const bounded = min !== undefined || max !== undefined
  if (values === undefined && !bounded) return 'a condition says nothing'
  if (bounded && type.kind !== 'uint' && type.kind !== 'int') {
    return 'a bound is of a field that is no integer'
  }
  return values?.every((value) => form.test(value)) === false
    ? 'a condition has a value that its field cannot have'
    : undefined
}

const checkCall = (
  { method: text, selector, where = [] }: CallCriterion,
  { keccak256, known }: MethodHashing,
  rule: Rule,
  methods: Map<string, string>,
): Result<void> => {
  const method = attempt(() => parseMethod(text))
  if (!method.ok) return refuse('invalid_field', method.refusal.detail, rule.id)
  const { canonical, inputs } = method.value
  if (selectorOf(canonical, keccak256) !== selector) {
    return refuse('invalid_field', 'a selector is not that of its method', rule.id)
  }
  const other = known?.get(selector) ?? methods.get(selector) ?? canonical
  if (other !== canonical) {
    return refuse('invalid_field', 'two methods have one selector', rule.id)
  }
  methods.set(selector, canonical)
  for (const condition of where) {
    const why = misfit(condition, typeAt(inputs, condition.field))
    if (why !== undefined) return refuse('invalid_field', why, rule.id)
  }
  return accept(undefined)
}

const saysNothing = ({ in: values, min, max }: Condition): boolean =>
  values === undefined && min === undefined && max === undefined

/** Refuses `invalid_field`, naming the rule. */
export const checkCalls = (policy: Policy, hashing: MethodHashing): Result<void> => {
  const methods = new Map<string, string>()
  for (const rule of policy.rules) {
    for (const call of rule.when?.calls ?? []) {
      const checked = checkCall(call, hashing, rule, methods)
      if (!checked.ok) return checked
    }
    for (const { domain, type, where } of rule.when?.typedData ?? []) {
      if (domain === undefined && type === undefined && where === undefined) {
        return refuse('invalid_field', 'a form of typed data says nothing', rule.id)
      }
      // Fields have their meaning by a type: of another type they could be anything.
      if (where !== undefined && type === undefined) {
        return refuse('invalid_field', 'conditions on typed data want its type', rule.id)
      }
      if (where?.some(saysNothing) === true) {
        return refuse('invalid_field', 'a condition says nothing', rule.id)
      }
    }
  }
  return accept(undefined)
}
