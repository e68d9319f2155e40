/** An item tree to TTLV bytes (KMIP 2.1 §10.1). */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { bigIntegerToBytes } from '../integers.ts'
import { type Item, isItemValue, itemCodes } from '../item.ts'
import { depthMax } from '../limits.ts'
import { headerBytes, padded } from './layout.ts'

/** Up to here the letters of ASCII are copied one by one, which is faster than an encoder. */
const shortText = 64

/** A buffer that grows by doubling; lengths are written back once they are known. */
class Writer {
  #bytes = new Uint8Array(512)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Room for `count` more bytes, all zero; returns where it begins. */
  #reserve(count: number): number {
    const start = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return start
  }

  header(item: Item, length: number): number {
    const start = this.#reserve(headerBytes)
    this.#view.setUint32(start, ((item.tag << 8) | itemCodes[item.type]) >>> 0)
    this.#view.setUint32(start + 4, length)
    return start
  }

  /** The length of a structure, once its items are written. */
  close(start: number): void {
    this.#view.setUint32(start + 4, this.#length - start - headerBytes)
  }

  uint32(value: number): void {
    const start = this.#reserve(8)
    this.#view.setUint32(start, value)
  }

  int64(value: bigint): void {
    const start = this.#reserve(8)
    this.#view.setBigInt64(start, value)
  }

  bytes(value: Bytes): void {
    const start = this.#reserve(padded(value.length))
    this.#bytes.set(value, start)
  }

  /** Text of a value that is written after its header; returns how many bytes it took. */
  text(value: string): number {
    const { length } = value
    if (length > shortText) return this.#encoded(value)
    const start = this.#reserve(padded(length))
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 0x7f) {
        this.#bytes.fill(0, start, this.#length)
        this.#length = start
        return this.#encoded(value)
      }
      this.#bytes[start + index] = code
    }
    return length
  }

  #encoded(value: string): number {
    const encoded = utf8(value)
    this.bytes(encoded)
    return encoded.length
  }

  /** Writes back the length of a value that lies behind this header. */
  setLength(start: number, length: number): void {
    this.#view.setUint32(start + 4, length)
  }

  finish(): Bytes {
    return this.#bytes.slice(0, this.#length)
  }
}

const writeBytes = (writer: Writer, item: Item, bytes: Bytes): void => {
  writer.header(item, bytes.length)
  writer.bytes(bytes)
}

const write = (writer: Writer, item: Item, depth: number): void => {
  if (!isItemValue[item.type](item.value)) {
    fail('invalid_field', `a value is no ${item.type}`, item.tag.toString(16))
  }
  switch (item.type) {
    case 'Structure': {
      if (depth > depthMax) fail('too_large', 'structures nest deeper than the limit')
      const start = writer.header(item, 0)
      for (const child of item.value) write(writer, child, depth + 1)
      writer.close(start)
      return
    }
    case 'Integer':
    case 'Enumeration':
    case 'Interval':
      writer.header(item, 4)
      writer.uint32(item.value)
      return
    case 'LongInteger':
    case 'DateTime':
    case 'DateTimeExtended':
      writer.header(item, 8)
      writer.int64(item.value)
      return
    case 'Boolean':
      writer.header(item, 8)
      writer.int64(item.value ? 1n : 0n)
      return
    case 'BigInteger':
      writeBytes(writer, item, bigIntegerToBytes(item.value))
      return
    case 'TextString': {
      const start = writer.header(item, 0)
      writer.setLength(start, writer.text(item.value))
      return
    }
    case 'ByteString':
      writeBytes(writer, item, item.value)
  }
}

/**
 * The TTLV bytes of an item tree. Throws a `RefusalError` (`invalid_field`) where a value is not
 * of its type, which the types of this package rule out.
 */
export const encodeTtlv = (item: Item): Bytes => {
  const writer = new Writer()
  write(writer, item, 1)
  return writer.finish()
}
