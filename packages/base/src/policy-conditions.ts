/** Criteria on what a call or typed data says, by the fields that a policy names. */
import { z } from 'zod'
import { conditionsMax } from './limits.ts'
import { fieldPathPattern } from './policies/field-path.ts'
import { hex } from './schema.ts'

/** An integer of any sign, in decimals. */
const integer = z.string().regex(/^(?:0|-?[1-9][0-9]{0,77})$/)

/**
 * One field: `amount`, `order.to`, or `items[].amount` for every element of a list. Addresses and
 * bytes are `0x` and hexadecimal, integers decimal, booleans `true` and `false`, text itself.
 */
export const condition = z.strictObject({
  field: z.string().max(256).regex(fieldPathPattern),
  /** It is one of these. */
  in: z.array(z.string().max(256)).min(1).max(64).exactOptional(),
  /** It is an integer within these. */
  min: integer.exactOptional(),
  max: integer.exactOptional(),
})
export type Condition = z.infer<typeof condition>

const where = z.array(condition).min(1).max(conditionsMax)

export const callCriterion = z.strictObject({
  /** Contracts; any where absent. */
  to: z.array(z.string().max(256)).min(1).exactOptional(),
  /** `transfer(address to,uint256 value)`: every parameter named, one space, no aliases. */
  method: z.string().max(1024),
  /** The method's, which the enclave checks: people compare it with what explorers show. */
  selector: hex(4),
  where: where.exactOptional(),
})
export type CallCriterion = z.infer<typeof callCriterion>

export const typedDataCriterion = z.strictObject({
  /** Fields of the EIP-712 domain, which must have them and be so. */
  domain: z
    .strictObject({
      name: z.string().max(256).exactOptional(),
      version: z.string().max(256).exactOptional(),
      chainId: z
        .string()
        .regex(/^(?:0|[1-9][0-9]{0,77})$/)
        .exactOptional(),
      verifyingContract: z
        .string()
        .regex(/^0x[0-9a-fA-F]{40}$/)
        .exactOptional(),
      salt: z
        .string()
        .regex(/^0x[0-9a-f]{64}$/)
        .exactOptional(),
    })
    .exactOptional(),
  /** EIP-712 `encodeType`, whole: `Mail(Person from,string contents)Person(string name)`. */
  type: z.string().max(4096).exactOptional(),
  where: where.exactOptional(),
})
export type TypedDataCriterion = z.infer<typeof typedDataCriterion>
