/** Answers of a batch, matched to its requests and typed by their operations. */
import { type Bytes, equalBytes, uintToBytes } from '@holdfast/base/bytes'
import type { RequestItem } from '../messages/request.ts'
import type { Failure, Pending, ResponseItem, Success, Undone } from '../messages/response.ts'
import type { ResponsePayload } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import { KmipError } from './kmip-error.ts'

/** What became of one item; `NotDone` where an earlier failure stopped the batch. */
export type Outcome<Name extends OperationName> =
  | Extract<Success, { readonly operation: Name }>
  | Extract<Undone, { readonly operation: Name }>
  | Failure
  | Pending
  | { readonly status: 'NotDone'; readonly operation: Name }

/** Outcomes in the order of the requests, each of the type of its operation. */
export type Outcomes<Items extends readonly RequestItem[]> = {
  readonly [Index in keyof Items]: Items[Index] extends {
    readonly operation: infer Name extends OperationName
  }
    ? Outcome<Name>
    : never
}

/** Several items need ids of their own, by which their answers are told apart. */
export const withIds = (items: readonly RequestItem[]): readonly RequestItem[] =>
  items.length < 2
    ? items
    : items.map((one, index) => ({
        ...one,
        uniqueBatchItemId: one.uniqueBatchItemId ?? uintToBytes(BigInt(index + 1), 8),
      }))

const sameId = (left: Bytes | undefined, right: Bytes | undefined): boolean =>
  left === undefined || right === undefined ? left === right : equalBytes(left, right)

// Poll and Process are answered as the operation that they ask about (KMIP 2.1 §6.1.38).
const answersOther: readonly OperationName[] = ['Poll', 'Process']

const answers = (one: ResponseItem, request: RequestItem): boolean =>
  one.operation === undefined ||
  one.operation === request.operation ||
  answersOther.includes(request.operation)

/** The outcome of each request; throws `malformed` where an answer is to none of them. */
export const matchOutcomes = (
  requests: readonly RequestItem[],
  responses: readonly ResponseItem[],
): readonly (
  | ResponseItem
  | { readonly status: 'NotDone'; readonly operation: OperationName }
)[] => {
  if (responses.length > requests.length) {
    throw new KmipError('malformed', 'there are more answers than requests')
  }
  // A message that was refused as a whole has one answer, without an operation.
  const [first] = responses
  if (responses.length === 1 && first?.operation === undefined) {
    return requests.map(() => first as ResponseItem)
  }
  const left = [...responses]
  const outcomes = requests.map((request) => {
    const index = left.findIndex((one) => sameId(one.uniqueBatchItemId, request.uniqueBatchItemId))
    const [found] = index < 0 ? [] : left.splice(index, 1)
    if (found === undefined) return { status: 'NotDone', operation: request.operation } as const
    if (!answers(found, request)) {
      throw new KmipError('malformed', 'an answer is to another operation')
    }
    return found
  })
  if (left.length > 0) throw new KmipError('malformed', 'an answer is to none of the requests')
  return outcomes
}

/** The payload of a success; anything else is thrown as what it is. */
export const payloadOf = <Name extends OperationName>(
  operation: Name,
  outcome: Outcome<Name>,
): ResponsePayload<Name> => {
  switch (outcome.status) {
    case 'Success':
      return outcome.payload as ResponsePayload<Name>
    case 'OperationFailed': {
      const { reason, message } = outcome
      throw new KmipError('failed', message ?? `${operation}: ${reason}`, { operation, reason })
    }
    case 'OperationPending': {
      const { asynchronousCorrelationValue } = outcome
      throw new KmipError('pending', `${operation} goes on`, {
        operation,
        asynchronousCorrelationValue,
      })
    }
    case 'OperationUndone':
      throw new KmipError('undone', `${operation} was undone`, { operation })
    default:
      throw new KmipError('not_done', `${operation} was not done`, { operation })
  }
}
