/** A call as rules look at it: by its selector, and by the methods that they give its data. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import { parseMethod } from '@holdfast/base/policies/method'
import type { CallFact } from '../facts.ts'
import type { StructValue } from '../field-value.ts'
import { decodeArguments } from './decode-arguments.ts'

/** `to` in EIP-55; `data` with the selector. What one rule has read is not read for the next. */
export const callFact = (to: string, data: Bytes): CallFact => {
  const readings = new Map<string, StructValue | undefined>()
  const read = (method: string): StructValue | undefined => {
    const reading = attempt(() => decodeArguments(parseMethod(method).inputs, data.subarray(4)))
    return reading.ok ? reading.value : undefined
  }
  return {
    to,
    data,
    selector: toHex(data.subarray(0, 4)),
    read: (method) => {
      if (!readings.has(method)) readings.set(method, read(method))
      return readings.get(method)
    },
  }
}
