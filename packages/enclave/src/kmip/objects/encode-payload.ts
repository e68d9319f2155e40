/**
 * The payload of a managed object: its structure as the payload of a Put, in the first of these
 * versions that can say it.
 */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import {
  decodeTtlv,
  encodeTtlv,
  type ManagedObject,
  operations,
  tags,
  type Version,
} from '@holdfast/kmip'

const written: readonly Version[] = ['2.1', '1.4']
const payloadTag = tags.RequestPayload[0]
const put = operations.Put.request

export const encodePayload = (object: ManagedObject): Bytes => {
  const value = { uniqueIdentifier: '', putFunction: 'New', object } as const
  for (const [number, version] of written.entries()) {
    const tree = attempt(() => put.write(payloadTag, value, version))
    if (tree.ok) return concat(Uint8Array.of(number), encodeTtlv(tree.value))
  }
  return fail('invalid_field', 'an object cannot be stored')
}

export const decodePayload = (bytes: Bytes): ManagedObject => {
  const version = written[bytes[0] ?? 255] ?? fail('internal', 'a stored object has no version')
  const tree = decodeTtlv(bytes.subarray(1))
  return tree.ok ? put.read(tree.value, version).object : fail('internal', 'a stored object')
}
