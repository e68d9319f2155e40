/** Responses: written by a server, read by a client (KMIP 2.1 §8.4 to §8.6). */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { type Item, item } from '../item.ts'
import { tagNumber } from '../names.ts'
import { operations, type ResponsePayload } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import { type ResultReason, reasonFor } from '../reasons.ts'
import type { Type } from '../schema/type.ts'
import { protocolVersionOf } from '../structures/protocol-version.ts'
import type { Version } from '../version.ts'
import { type MessageExtension, responseBatchItem } from './batch-item.ts'
import { checkCount, message, openEnvelope, versionIn } from './envelope.ts'
import { type ResponseHeader, responseHeader } from './header.ts'
import { codeOf, operationOf } from './operation-code.ts'

export type ResponseFrame = {
  readonly uniqueBatchItemId?: Bytes | undefined
  readonly message?: string | undefined
  readonly messageExtensions?: readonly MessageExtension[] | undefined
}

/** What an operation answered. */
export type Success = {
  readonly [Name in OperationName]: ResponseFrame & {
    readonly status: 'Success'
    readonly operation: Name
    readonly payload: ResponsePayload<Name>
  }
}[OperationName]

/** An operation that was done and undone again because a later one of its batch failed. */
export type Undone = {
  readonly [Name in OperationName]: ResponseFrame & {
    readonly status: 'OperationUndone'
    readonly operation: Name
    readonly payload?: ResponsePayload<Name> | undefined
  }
}[OperationName]

/** An operation that failed; a vendor's own reason is a number. */
export type Failure = ResponseFrame & {
  readonly status: 'OperationFailed'
  readonly operation?: OperationName | undefined
  /** The number that an unknown operation came with, echoed. */
  readonly operationCode?: number | undefined
  readonly reason: ResultReason | number
}

/** An operation that goes on; ask with Poll. */
export type Pending = ResponseFrame & {
  readonly status: 'OperationPending'
  readonly operation: OperationName
  readonly asynchronousCorrelationValue: Bytes
}

export type ResponseItem = Success | Undone | Failure | Pending

export type Response = {
  readonly version: Version
  readonly header: ResponseHeader
  readonly items: readonly ResponseItem[]
}

const headerTag = tagNumber('ResponseHeader')
const batchItemTag = tagNumber('BatchItem')
const payloadTag = tagNumber('ResponsePayload')

const payloadType = (name: OperationName): Type<unknown> =>
  operations[name].response as Type<unknown>

const writeDone = ({ operation, status, payload }: Success | Undone, version: Version) => ({
  operation: codeOf(operation, version),
  resultStatus: status,
  responsePayload:
    payload === undefined ? undefined : payloadType(operation).write(payloadTag, payload, version),
})

const writeFailure = ({ status, operation, operationCode, reason }: Failure, version: Version) => ({
  operation: operation === undefined ? operationCode : codeOf(operation, version),
  resultStatus: status,
  resultReason: typeof reason === 'number' ? reason : reasonFor(version, reason),
})

const writePending = (one: Pending, version: Version) => ({
  operation: codeOf(one.operation, version),
  resultStatus: 'OperationPending' as const,
  asynchronousCorrelationValue: one.asynchronousCorrelationValue,
})

const writeBody = (one: ResponseItem, version: Version) => {
  if (one.status === 'Success' || one.status === 'OperationUndone') return writeDone(one, version)
  return one.status === 'OperationPending' ? writePending(one, version) : writeFailure(one, version)
}

const writeItem = (one: ResponseItem, version: Version): Item =>
  responseBatchItem.write(
    batchItemTag,
    {
      uniqueBatchItemId: one.uniqueBatchItemId,
      resultMessage: one.message,
      messageExtensions: one.messageExtensions,
      ...writeBody(one, version),
    },
    version,
  )

/**
 * The item tree of a response. Reasons become the nearest that the version knows; fields of a
 * later version are left out; attributes and values of a later version are refused.
 */
export const writeResponse = ({ version, header, items }: Response): Result<Item> =>
  attempt(() => {
    const full = {
      ...header,
      protocolVersion: protocolVersionOf(version),
      batchCount: items.length,
    }
    const head = responseHeader.write(headerTag, full, version)
    return message(
      'Response',
      head,
      items.map((one) => writeItem(one, version)),
    )
  })

const emptyPayload = item(payloadTag, 'Structure', [])

const nameOf = (code: number | undefined, version: Version): OperationName | undefined => {
  if (code === undefined) return undefined
  const result = attempt(() => operationOf(code, version))
  return result.ok ? result.value : undefined
}

const readItem = (raw: Item, version: Version): ResponseItem => {
  const read = responseBatchItem.read(raw, version)
  const { operation: code, resultStatus: status, resultReason, responsePayload } = read
  const { uniqueBatchItemId, messageExtensions, resultMessage } = read
  const frame = { uniqueBatchItemId, message: resultMessage, messageExtensions }
  if (status === 'OperationFailed') {
    const reason = resultReason ?? fail('missing_field', 'a failure has no reason', 'ResultReason')
    return { ...frame, status, operation: nameOf(code, version), operationCode: code, reason }
  }
  const operation = operationOf(code ?? fail('missing_field', 'no operation', 'Operation'), version)
  if (status === 'OperationPending') {
    const asynchronousCorrelationValue =
      read.asynchronousCorrelationValue ??
      fail('missing_field', 'a pending answer', 'AsynchronousCorrelationValue')
    return { ...frame, status, operation, asynchronousCorrelationValue }
  }
  if (status === 'OperationUndone' && responsePayload === undefined) {
    return { ...frame, status, operation } as Undone
  }
  if (typeof status === 'number') return fail('unknown_enumeration', 'a status', 'ResultStatus')
  const payload = payloadType(operation).read(responsePayload ?? emptyPayload, version)
  return { ...frame, status, operation, payload } as Success | Undone
}

/** The response of an item tree; refused where anything in it cannot be read. */
export const readResponse = (tree: Item): Result<Response> =>
  attempt(() => {
    const { header: rawHeader, batchItems } = openEnvelope(tree, 'Response')
    const version = versionIn(rawHeader)
    const { protocolVersion: _, batchCount, ...header } = responseHeader.read(rawHeader, version)
    checkCount(batchCount, batchItems)
    return { version, header, items: batchItems.map((raw) => readItem(raw, version)) }
  })
