/** What requests and responses share: a header that fixes the version, then batch items. */
import { fail } from '@holdfast/base/errors'
import { type Item, item, type StructureItem } from '../item.ts'
import { batchItemsMax } from '../limits.ts'
import { tagNumber } from '../names.ts'
import { expectType, subjectOf } from '../schema/type.ts'
import { protocolVersion } from '../structures/protocol-version.ts'
import type { TagName } from '../tables/tags.ts'
import { type Version, versionOf } from '../version.ts'

export type Side = 'Request' | 'Response'

export type Envelope = {
  readonly header: StructureItem
  readonly batchItems: readonly Item[]
}

const batchItemTag = tagNumber('BatchItem')
const versionTag = tagNumber('ProtocolVersion')

/** Header and batch items of a message; only their tags and places are judged. */
export const openEnvelope = (message: Item, side: Side): Envelope => {
  if (message.tag !== tagNumber(`${side}Message`)) {
    fail('malformed', 'not a message of this kind', subjectOf(message.tag))
  }
  const [header, ...batchItems] = expectType(message, 'Structure').value
  if (header?.tag !== tagNumber(`${side}Header`)) {
    return fail('missing_field', 'a message begins without its header', `${side}Header`)
  }
  for (const { tag } of batchItems) {
    if (tag !== batchItemTag) fail('unknown_tag', 'not a batch item', subjectOf(tag))
  }
  if (batchItems.length === 0) fail('missing_field', 'a message has no batch item', 'BatchItem')
  if (batchItems.length > batchItemsMax) fail('too_large', 'too many batch items', 'BatchItem')
  return { header: expectType(header, 'Structure'), batchItems }
}

/** The version that a header names; `unsupported_version` where this package has it not. */
export const versionIn = ({ value }: StructureItem): Version => {
  const found = value.find(({ tag }) => tag === versionTag)
  if (found === undefined)
    return fail('missing_field', 'a header has no version', 'ProtocolVersion')
  // The structure of a version is the same in all of them.
  const { protocolVersionMajor: major, protocolVersionMinor: minor } = protocolVersion.read(
    found,
    '1.0',
  )
  const version = versionOf(major, minor)
  return version ?? fail('unsupported_version', 'no such version of KMIP', 'ProtocolVersion')
}

/** A batch count must say how many batch items there are (KMIP 2.1 §9.5). */
export const checkCount = (count: number, items: readonly unknown[]): void => {
  if (count !== items.length) fail('malformed', 'not the number of batch items', 'BatchCount')
}

export const message = (side: Side, header: Item, batchItems: readonly Item[]): Item =>
  item(tagNumber(`${side}Message` as TagName), 'Structure', [header, ...batchItems])
