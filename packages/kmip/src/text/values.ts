/** Item values as the texts that both XML and JSON use for them. */
import { type Bytes, fromHex, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { bigIntegerToBytes, bytesToBigInteger } from '../integers.ts'
import { hexNumber, parseNumber } from './numbers.ts'
import { microsecondsOf, microsecondsText, secondsText } from './time.ts'

export const parseBytes = (text: string): Bytes => {
  try {
    return fromHex(text)
  } catch {
    return fail('malformed', 'bytes are not in hexadecimal')
  }
}

/** Hexadecimal of whole eights; shorter or longer texts of the same value are read too. */
export const parseBigInteger = (text: string): bigint => {
  const bytes = parseBytes(text)
  return bytes.length > 0 ? bytesToBigInteger(bytes) : fail('malformed', 'a big integer is empty')
}

export const bigIntegerText = (value: bigint): string => toHex(bigIntegerToBytes(value))

export const parseDateTime = (text: string): bigint => {
  if (text.startsWith('0x')) return parseNumber(text, 64, true)
  const microseconds = microsecondsOf(text)
  return microseconds % 1_000_000n === 0n
    ? microseconds / 1_000_000n
    : fail('malformed', 'a time has parts of a second')
}

export const dateTimeText = (value: bigint): string => secondsText(value) ?? hexNumber(value, 64)

export const parseDateTimeExtended = (text: string): bigint =>
  text.startsWith('0x') ? parseNumber(text, 64, true) : microsecondsOf(text)

export const dateTimeExtendedText = (value: bigint): string =>
  microsecondsText(value) ?? hexNumber(value, 64)
