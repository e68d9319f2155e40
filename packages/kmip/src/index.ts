/** KMIP 1.0 to 2.1 for clients and servers: encodings, messages, operations. Pure: no I/O. */
export {
  type Attribute,
  type AttributeReference,
  type AttributeValue,
  attribute,
  attributesOf,
  hasAttribute,
  isKnownReference,
  type StandardAttribute,
  type VendorAttribute,
} from './attributes/attribute.ts'
export type { RequestedAttribute, TemplateName } from './attributes/lists.ts'
export type { DeletedAttribute } from './attributes/notice.ts'
export { type AttributeEntry, type AttributeName, attributeTable } from './attributes/table.ts'
export type { ClientHandlers, ServeOptions } from './client/answer-server.ts'
export type { Outcome, Outcomes } from './client/batch.ts'
export { type BatchOptions, type ClientOptions, KmipClient } from './client/kmip-client.ts'
export { KmipError, type KmipErrorKind } from './client/kmip-error.ts'
export type { ByteStream, Timer } from './client/ports.ts'
export type { DecodeLimits } from './decoding.ts'
export { type Item, type ItemType, type ItemValues, item, type StructureItem } from './item.ts'
export { decodeJson } from './json/decode.ts'
export { encodeJson } from './json/encode.ts'
export * as limits from './limits.ts'
export type { MessageExtension } from './messages/batch-item.ts'
export type { RequestHeader, ResponseHeader } from './messages/header.ts'
export {
  malformedAnswer,
  reasonOf,
  refusedItemAnswer,
  versionOfBroken,
  versionOfTree,
} from './messages/malformed-answer.ts'
export { hasOperation } from './messages/operation-code.ts'
export {
  isReadable,
  isRefused,
  type ReceivedRequest,
  type RefusedItem,
  type Request,
  type RequestItem,
  readRequest,
  writeRequest,
} from './messages/request.ts'
export {
  type Failure,
  type Pending,
  type Response,
  type ResponseItem,
  readResponse,
  type Success,
  type Undone,
  writeResponse,
} from './messages/response.ts'
export { operations, type RequestPayload, type ResponsePayload } from './operations/list.ts'
export type { Operation, OperationName } from './operations/operation.ts'
export { isResultReason, type ResultReason, reasonFor } from './reasons.ts'
export {
  type AnyValue,
  type EnumerationValue,
  type ExtensionValue,
  hasBits,
  type MaskBit,
  maskOf,
} from './schema/primitives.ts'
export type { Credential } from './structures/credential.ts'
export type { KeyBlock, KeyValue } from './structures/key-block.ts'
export type { KeyMaterial, TransparentKey } from './structures/key-material.ts'
export type { ManagedObject } from './structures/objects.ts'
export { type ProtocolVersion, protocolVersionOf } from './structures/protocol-version.ts'
export type { DataReference, ObjectReference } from './structures/references.ts'
export type { ServerInformation } from './structures/server.ts'
export { enumerations } from './tables/enumerations.ts'
export { masks } from './tables/masks.ts'
export { tags } from './tables/tags.ts'
export { decodeTtlv } from './ttlv/decode.ts'
export { encodeTtlv } from './ttlv/encode.ts'
export { FrameReader, isRequestMessage } from './ttlv/frames.ts'
export { peekOperations } from './ttlv/peek-operations.ts'
export { type Version, versionOf, versions } from './version.ts'
export { decodeXml } from './xml/decode.ts'
export { encodeXml } from './xml/encode.ts'
