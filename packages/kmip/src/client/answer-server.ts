/**
 * Requests that a server sends to a client on the client's connection (KMIP 2.1 §6.2): Put and
 * Notify, and what else a client cares to answer.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { DecodeLimits } from '../decoding.ts'
import { malformedAnswer, refusedItemAnswer } from '../messages/malformed-answer.ts'
import { isRefused, type RequestItem, readRequest } from '../messages/request.ts'
import {
  type Failure,
  type Response,
  type ResponseItem,
  writeResponse,
} from '../messages/response.ts'
import type { RequestPayload, ResponsePayload } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import type { ResultReason } from '../reasons.ts'
import { decodeTtlv } from '../ttlv/decode.ts'
import { encodeTtlv } from '../ttlv/encode.ts'
import type { Version } from '../version.ts'
import { KmipError } from './kmip-error.ts'

/** What a client does for its server; an operation that is absent is not supported. */
export type ClientHandlers = {
  readonly [Name in OperationName]?: (
    payload: RequestPayload<Name>,
  ) => ResponsePayload<Name> | Promise<ResponsePayload<Name>>
}

export type ServeOptions = {
  /** Seconds since 1970: every response says when it was made. */
  readonly nowSeconds: () => bigint
  readonly handlers: ClientHandlers
}

type AnyHandler = (payload: unknown) => unknown

const failure = (item: RequestItem, reason: ResultReason | number, message: string): Failure => ({
  status: 'OperationFailed',
  operation: item.operation,
  uniqueBatchItemId: item.uniqueBatchItemId,
  reason,
  message,
})

/** What a handler throws is not told to the server, unless it is a `KmipError` with a reason. */
const perform = async (handlers: ClientHandlers, item: RequestItem): Promise<ResponseItem> => {
  const { operation, payload, uniqueBatchItemId } = item
  const handle = handlers[operation] as AnyHandler | undefined
  if (handle === undefined) {
    return failure(item, 'OperationNotSupported', 'the client does not do this')
  }
  try {
    const answer = { status: 'Success', operation, payload: await handle(payload) }
    return { ...answer, uniqueBatchItemId } as ResponseItem
  } catch (error) {
    const reason = error instanceof KmipError ? error.reason : undefined
    return reason === undefined
      ? failure(item, 'GeneralFailure', 'the client has failed')
      : failure(item, reason, (error as KmipError).message)
  }
}

/** What the client speaks by itself, and how long messages may be. */
type Spoken = DecodeLimits & { readonly version: Version }

const responseOf = async (
  untrusted: Bytes,
  { handlers, nowSeconds }: ServeOptions,
  { version, ...limits }: Spoken,
): Promise<Response> => {
  const tree = decodeTtlv(untrusted, limits)
  const request = tree.ok ? readRequest(tree.value) : tree
  if (!request.ok) {
    return malformedAnswer({ refusal: request.refusal, version, timeStamp: nowSeconds() })
  }
  const items: ResponseItem[] = []
  for (const item of request.value.items) {
    items.push(isRefused(item) ? refusedItemAnswer(item) : await perform(handlers, item))
  }
  return { version: request.value.version, header: { timeStamp: nowSeconds() }, items }
}

/** The client's answer to a message of its server. */
export const answerServer = async (
  untrusted: Bytes,
  options: ServeOptions,
  spoken: Spoken,
): Promise<Bytes> => {
  const tree = writeResponse(await responseOf(untrusted, options, spoken))
  if (!tree.ok) throw new KmipError('invalid', tree.refusal.detail)
  return encodeTtlv(tree.value)
}
