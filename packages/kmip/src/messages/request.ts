/**
 * Requests: read by a server, written by a client. The version stands in the header and decides
 * every table. A batch item that cannot be read fails alone (KMIP 2.1 §8.3, KMIP 1.0 §11.1).
 */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Refusal, type Result } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { tagNumber } from '../names.ts'
import { operations, type RequestPayload } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import type { Type } from '../schema/type.ts'
import { protocolVersionOf } from '../structures/protocol-version.ts'
import type { Version } from '../version.ts'
import { type MessageExtension, requestBatchItem } from './batch-item.ts'
import { checkCount, message, openEnvelope, versionIn } from './envelope.ts'
import { type RequestHeader, requestHeader } from './header.ts'
import { codeOf, operationOf } from './operation-code.ts'

export type RequestFrame = {
  readonly uniqueBatchItemId?: Bytes | undefined
  readonly ephemeral?: boolean | undefined
  readonly messageExtensions?: readonly MessageExtension[] | undefined
}

/** One operation to perform: `{ operation: 'Get', payload: { uniqueIdentifier } }`. */
export type RequestItem = {
  readonly [Name in OperationName]: RequestFrame & {
    readonly operation: Name
    readonly payload: RequestPayload<Name>
  }
}[OperationName]

/** A batch item that cannot be read; the code of its operation is echoed in the answer. */
export type RefusedItem = Pick<RequestFrame, 'uniqueBatchItemId'> & {
  readonly refusal: Refusal
  readonly operationCode?: number
}

export type Request = {
  readonly version: Version
  readonly header: RequestHeader
  readonly items: readonly RequestItem[]
}

export type ReceivedRequest = {
  readonly version: Version
  readonly header: RequestHeader
  readonly items: readonly (RequestItem | RefusedItem)[]
}

/** Whether a batch item was refused while it was read. */
export const isRefused = (item: RequestItem | RefusedItem): item is RefusedItem => 'refusal' in item

/** Whether a batch item was read, so that its operation can be done. */
export const isReadable = (item: RequestItem | RefusedItem): item is RequestItem => !isRefused(item)

const headerTag = tagNumber('RequestHeader')
const batchItemTag = tagNumber('BatchItem')
const payloadTag = tagNumber('RequestPayload')

const payloadType = (name: OperationName): Type<unknown> =>
  operations[name].request as Type<unknown>

/** What a refused batch item still says of itself, if only that. */
const identityOf = (raw: Item): Pick<RefusedItem, 'operationCode' | 'uniqueBatchItemId'> => {
  const children = raw.type === 'Structure' ? raw.value : []
  const code = children.find(({ tag }) => tag === tagNumber('Operation'))
  const id = children.find(({ tag }) => tag === tagNumber('UniqueBatchItemID'))
  return {
    ...(code?.type === 'Enumeration' ? { operationCode: code.value } : {}),
    ...(id?.type === 'ByteString' ? { uniqueBatchItemId: id.value } : {}),
  }
}

const readItem = (raw: Item, version: Version): RequestItem | RefusedItem => {
  const result = attempt(() => {
    const { operation, requestPayload, ...frame } = requestBatchItem.read(raw, version)
    const name = operationOf(operation, version)
    const payload = payloadType(name).read(requestPayload, version)
    return { ...frame, operation: name, payload } as RequestItem
  })
  return result.ok ? result.value : { refusal: result.refusal, ...identityOf(raw) }
}

/**
 * The request of an item tree. Refused as a whole where the header cannot be read: `malformed`,
 * `unsupported_version`, `missing_field`, `unknown_tag`; answer that with `malformedAnswer`.
 */
export const readRequest = (tree: Item): Result<ReceivedRequest> =>
  attempt(() => {
    const { header: rawHeader, batchItems } = openEnvelope(tree, 'Request')
    const version = versionIn(rawHeader)
    const { protocolVersion: _, batchCount, ...header } = requestHeader.read(rawHeader, version)
    checkCount(batchCount, batchItems)
    return { version, header, items: batchItems.map((raw) => readItem(raw, version)) }
  })

const writeItem = ({ operation, payload, ...frame }: RequestItem, version: Version): Item =>
  requestBatchItem.write(
    batchItemTag,
    {
      ...frame,
      operation: codeOf(operation, version),
      requestPayload: payloadType(operation).write(payloadTag, payload, version),
    },
    version,
  )

/** The item tree of a request; refused where its version cannot say something in it. */
export const writeRequest = ({ version, header, items }: Request): Result<Item> =>
  attempt(() => {
    if (items.length === 0) fail('missing_field', 'a request has no batch item', 'BatchItem')
    const full = {
      ...header,
      protocolVersion: protocolVersionOf(version),
      batchCount: items.length,
    }
    const head = requestHeader.write(headerTag, full, version)
    return message(
      'Request',
      head,
      items.map((one) => writeItem(one, version)),
    )
  })
