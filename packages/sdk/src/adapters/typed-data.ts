/** EIP-712 definitions of wallet libraries as the payload of `sign`. */
import { type SignPayload, signPayload } from '@holdfast/base/requests/sign'
import { parseValue } from '@holdfast/base/schema'

export type TypedData = {
  readonly domain?: Readonly<Record<string, unknown>>
  readonly types: Readonly<Record<string, unknown>>
  readonly primaryType: string
  readonly message: Readonly<Record<string, unknown>>
}

/** EIP-712 §domainSeparator: the fields in their order. */
const domainFields = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
] as const

/** Libraries give integers as bigint, which JSON has not: decimal text means the same here. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
}

/** Refuses with `invalid_field` what is no typed data; adds `EIP712Domain` where it is absent. */
export const typedDataPayload = (definition: TypedData): SignPayload => {
  const domain = definition.domain ?? {}
  const known = definition.types['EIP712Domain']
  return parseValue(signPayload, {
    kind: 'ethereum.typed-data',
    typedData: {
      types: {
        ...(plain(definition.types) as object),
        EIP712Domain: known ?? domainFields.filter(({ name }) => domain[name] !== undefined),
      },
      primaryType: definition.primaryType,
      domain: plain(domain),
      message: plain(definition.message),
    },
  })
}
