/**
 * The answer to a request that cannot be read as a whole: one batch item without an operation
 * (KMIP 1.0 §11.1, KMIP 2.1 §9.18), in a version that its sender can read.
 */
import { type Bytes, bytesToUint } from '@holdfast/base/bytes'
import { errorTable, type Refusal } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { tagNumber } from '../names.ts'
import { isResultReason, type ResultReason } from '../reasons.ts'
import type { TagName } from '../tables/tags.ts'
import { isSecond, type Version, versionIndex, versionOf, versions } from '../version.ts'
import type { RefusedItem } from './request.ts'
import type { Failure, Response } from './response.ts'

/** The reason of a refusal; a code whose reason is a status of its own fails generally. */
export const reasonOf = ({ code }: Refusal): ResultReason => {
  const { kmip } = errorTable[code]
  return isResultReason(kmip) ? kmip : 'GeneralFailure'
}

// Header of the message, of its header, of the version, then two integers of sixteen bytes.
const majorAt = 24
const minorAt = 40
const integerHeader = (name: 'ProtocolVersionMajor' | 'ProtocolVersionMinor'): bigint =>
  (BigInt(tagNumber(name)) << 40n) | (2n << 32n) | 4n

const integerAt = (
  bytes: Bytes,
  offset: number,
  name: 'ProtocolVersionMajor' | 'ProtocolVersionMinor',
): number | undefined =>
  bytes.length >= offset + 12 &&
  bytesToUint(bytes.subarray(offset, offset + 8)) === integerHeader(name)
    ? Number(bytesToUint(bytes.subarray(offset + 8, offset + 12)))
    : undefined

/** The newest version not above what the sender asks for, of the same major where there is one. */
const nearestVersion = (
  major: number,
  minor: number,
  supported: readonly Version[],
): Version | undefined => {
  const exact = versionOf(major, minor)
  if (exact !== undefined && supported.includes(exact)) return exact
  const same = supported.filter((version) => isSecond(version) === major >= 2)
  const below = same.filter((version) => Number(version.slice(2)) <= minor || major > 2)
  return below.at(-1) ?? same[0]
}

const nearestOf = (
  major: number,
  minor: number,
  supported: readonly Version[],
): Version | undefined =>
  nearestVersion(
    major,
    minor,
    supported.toSorted((left, right) => versionIndex(left) - versionIndex(right)),
  )

/**
 * The version to answer bytes in that may not parse: the one that their first fifty-two bytes
 * name, or the nearest to it; else undefined. A later item may be broken, the version rarely is.
 */
export const versionOfBroken = (
  untrusted: Bytes,
  supported: readonly Version[] = versions,
): Version | undefined => {
  const major = integerAt(untrusted, majorAt, 'ProtocolVersionMajor')
  const minor = integerAt(untrusted, minorAt, 'ProtocolVersionMinor')
  return major === undefined || minor === undefined ? undefined : nearestOf(major, minor, supported)
}

const childOf = (from: Item | undefined, name: TagName): Item | undefined =>
  from?.type === 'Structure' ? from.value.find(({ tag }) => tag === tagNumber(name)) : undefined

/** The same for a tree, of any encoding, whose header could not be read as it should be. */
export const versionOfTree = (
  tree: Item,
  supported: readonly Version[] = versions,
): Version | undefined => {
  const header = childOf(tree, 'RequestHeader') ?? childOf(tree, 'ResponseHeader')
  const version = childOf(header, 'ProtocolVersion')
  const major = childOf(version, 'ProtocolVersionMajor')
  const minor = childOf(version, 'ProtocolVersionMinor')
  return major?.type === 'Integer' && minor?.type === 'Integer'
    ? nearestOf(major.value, minor.value, supported)
    : undefined
}

/** The response to a request that was refused as a whole. */
export const malformedAnswer = (options: {
  readonly refusal: Refusal
  /** From `versionOfBroken`, else what this connection spoke last, else the newest. */
  readonly version: Version
  /** Seconds since 1970. */
  readonly timeStamp: bigint
}): Response => ({
  version: options.version,
  header: { timeStamp: options.timeStamp },
  items: [
    {
      status: 'OperationFailed',
      reason: reasonOf(options.refusal),
      message: options.refusal.detail,
    },
  ],
})

/** The answer to one batch item that could not be read; the others of its batch go on. */
export const refusedItemAnswer = ({
  refusal,
  operationCode,
  uniqueBatchItemId,
}: RefusedItem): Failure => ({
  status: 'OperationFailed',
  operationCode,
  uniqueBatchItemId,
  reason: reasonOf(refusal),
  message: refusal.detail,
})
