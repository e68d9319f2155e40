/**
 * Data of a cryptographic operation in one part or in several (KMIP 1.3 §2.1.15): parts gather
 * until the last, which does the operation on the whole.
 */
import { type Bytes, concat } from '@holdfast/base/bytes'
import type { DataReference } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'

export type StreamFields = {
  readonly data?: DataReference | undefined
  readonly correlationValue?: Bytes | undefined
  readonly initIndicator?: boolean | undefined
  readonly finalIndicator?: boolean | undefined
}

export type Gathered<First> =
  | { readonly correlationValue: Bytes }
  | {
      readonly correlationValue?: undefined
      readonly data: Bytes
      /** What the first part settled. */
      readonly first: First
    }

export const streamed = <First>(
  scope: Scope,
  request: StreamFields,
  first: First,
): Gathered<First> => {
  const { correlationValue: value, initIndicator, finalIndicator } = request
  const part = request.data === undefined ? new Uint8Array(0) : scope.batch.data(request.data)
  if (initIndicator === true) {
    const fresh = scope.entropy.bytes(16)
    const stream = { parts: [], bytes: 0, first }
    scope.memory.append(stream, part)
    scope.memory.streams.set(fresh, stream)
    return { correlationValue: fresh }
  }
  if (value === undefined) return { data: part, first }
  const stream = scope.memory.streams.get(value)
  if (stream === undefined) return failWith('InvalidCorrelationValue', 'there is no such stream')
  scope.memory.append(stream, part)
  if (finalIndicator !== true) return { correlationValue: value }
  scope.memory.streams.take(value)
  return { data: concat(...stream.parts), first: stream.first as First }
}
