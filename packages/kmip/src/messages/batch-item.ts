/** Batch items as they lie in a message, payloads still unread (KMIP 2.1 §8.3 and §8.6). */
import type { Item } from '../item.ts'
import { anyItems, boolean, bytes, enumeration, text } from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'
import { expectType, type Type, type ValueOf } from '../schema/type.ts'

/** KMIP 2.1 §9.13. */
const messageExtension = structure({
  vendorIdentification: required('VendorIdentification', text),
  criticalityIndicator: required('CriticalityIndicator', boolean),
  vendorExtension: required('VendorExtension', anyItems),
})

export type MessageExtension = ValueOf<typeof messageExtension>

/** The number of an operation; whether the version has it is judged for each batch item. */
const operationCode: Type<number> = {
  read: (item) => expectType(item, 'Enumeration').value,
  write: (tag, value) => ({ tag, type: 'Enumeration', value }),
}

/** A payload as it came. */
const payload: Type<Item> = { read: (item) => item, write: (_, value) => value }

export const requestBatchItem = structure({
  operation: required('Operation', operationCode),
  ephemeral: optional('Ephemeral', boolean, { since: '2.0' }),
  uniqueBatchItemId: optional('UniqueBatchItemID', bytes),
  requestPayload: required('RequestPayload', payload),
  messageExtensions: many('MessageExtension', messageExtension),
})

export const responseBatchItem = structure({
  operation: optional('Operation', operationCode),
  uniqueBatchItemId: optional('UniqueBatchItemID', bytes),
  resultStatus: required('ResultStatus', enumeration('ResultStatus')),
  resultReason: optional('ResultReason', enumeration('ResultReason')),
  resultMessage: optional('ResultMessage', text),
  asynchronousCorrelationValue: optional('AsynchronousCorrelationValue', bytes),
  responsePayload: optional('ResponsePayload', payload),
  messageExtensions: many('MessageExtension', messageExtension),
})
