/** The wire format of Protocol Buffers: varints and length-delimited bytes, bounded and strict. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

/** protobuf.dev, Encoding, "Message Structure"; groups are gone. */
export const wireTypes = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const
export type WireType = (typeof wireTypes)[keyof typeof wireTypes]

const varintBytesMax = 10
const firstBytes = 256

export type WireWriter = {
  tag(number: number, type: WireType): void
  /** As 64 bits: a negative number takes ten bytes. */
  varint(value: bigint): void
  lengthDelimited(value: Bytes): void
  finish(): Bytes
}

export const createWireWriter = (): WireWriter => {
  let buffer = new Uint8Array(firstBytes)
  let length = 0

  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  /** Of a safe integer that is not negative. */
  const small = (value: number): void => {
    reserve(varintBytesMax)
    let rest = value
    while (rest > 0x7f) {
      buffer[length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    buffer[length++] = rest
  }

  return {
    tag: (number, type) => small(number * 8 + type),
    varint: (value) => {
      if (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return small(Number(value))
      reserve(varintBytesMax)
      let rest = BigInt.asUintN(64, value)
      while (rest > 0x7fn) {
        buffer[length++] = Number(rest & 0x7fn) | 0x80
        rest >>= 7n
      }
      buffer[length++] = Number(rest)
    },
    lengthDelimited: (value) => {
      small(value.length)
      reserve(value.length)
      buffer.set(value, length)
      length += value.length
    },
    finish: () => buffer.slice(0, length),
  }
}

export type WireReader = {
  ended(): boolean
  /** Refuses `malformed`: field number 0, groups. */
  tag(): { readonly number: number; readonly type: WireType }
  /** 64 bits without a sign. */
  varint(): bigint
  /** A view, not a copy. */
  lengthDelimited(): Bytes
  skip(type: WireType): void
}

const isWireType = (type: number): type is WireType =>
  (Object.values(wireTypes) as number[]).includes(type)

/** Every read refuses `malformed` where the bytes end early or a varint has more than 64 bits. */
export const createWireReader = (bytes: Bytes): WireReader => {
  let at = 0

  const take = (count: number): Bytes => {
    if (count > bytes.length - at) return fail('malformed', 'a message of the store ends early')
    at += count
    return bytes.subarray(at - count, at)
  }
  const varint = (): bigint => {
    let low = 0
    let high = 0n
    for (let index = 0; index < varintBytesMax; index += 1) {
      const byte = take(1)[0] as number
      // Four groups of seven bits fit a small integer; what is above them is rare.
      if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index)
      else high |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) {
        if (high >> 64n !== 0n) break
        return high | BigInt(low)
      }
    }
    return fail('malformed', 'a number of the store has more than 64 bits')
  }
  const lengthDelimited = (): Bytes => {
    const length = varint()
    if (length > BigInt(bytes.length)) return fail('malformed', 'a message of the store ends early')
    return take(Number(length))
  }

  return {
    ended: () => at === bytes.length,
    tag: () => {
      const value = varint()
      const number = Number(value >> 3n)
      const type = Number(value & 7n)
      if (number === 0 || value > 0xffff_ffffn || !isWireType(type)) {
        return fail('malformed', 'a message of the store has an impossible field')
      }
      return { number, type }
    },
    varint,
    lengthDelimited,
    skip: (type) => {
      if (type === wireTypes.varint) varint()
      else if (type === wireTypes.lengthDelimited) lengthDelimited()
      else take(type === wireTypes.fixed64 ? 8 : 4)
    },
  }
}
