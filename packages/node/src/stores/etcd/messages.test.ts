import { join } from 'node:path'
import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import * as messages from './messages.ts'

const root = protobuf.loadSync(join(import.meta.dirname, 'etcd.proto'))

/** Both directions of each method, by the names in the .proto. */
const codecs = {
  TxnRequest: messages.txnRequest,
  TxnResponse: messages.txnResponse,
  AuthenticateRequest: messages.authenticateRequest,
  AuthenticateResponse: messages.authenticateResponse,
  WatchRequest: messages.watchRequest,
  WatchResponse: messages.watchResponse,
} as const

/** Fields that our tables leave at their zero value, or read as bytes instead of text. */
const unused = new Set(['Compare.result'])

type Value = Record<string, unknown>

/** A value of a message as protobufjs takes it; numbers of 64 bits as text. */
const arbitraryOf = (type: protobuf.Type): fc.Arbitrary<Value> => {
  const fields = type.fieldsArray.filter((field) => !unused.has(`${type.name}.${field.name}`))
  const entries = fields.map((field): [string, fc.Arbitrary<unknown>] => {
    const { resolvedType } = field.resolve()
    const single = scalarOf(field.type, resolvedType)
    return [field.name, field.repeated ? fc.array(single, { maxLength: 3 }) : single]
  })
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] })
}

const scalarOf = (
  name: string,
  resolved: protobuf.Type | protobuf.Enum | null,
): fc.Arbitrary<unknown> => {
  if (resolved instanceof protobuf.Type) return arbitraryOf(resolved)
  if (resolved instanceof protobuf.Enum) return fc.constantFrom(...Object.values(resolved.values))
  if (name === 'bool') return fc.boolean()
  if (name === 'bytes') return fc.uint8Array({ maxLength: 8 })
  if (name === 'string') return fc.string({ maxLength: 8 })
  if (name === 'uint64') return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
  return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
}

/** In one form: 64 bits as text, bytes and text as hexadecimal, what is zero or absent left out. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex') || undefined
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value === '0' ? undefined : value
  if (typeof value === 'bigint') return value === 0n ? undefined : `${value}`
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((v) => plain(v) ?? {})
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => [key, plain(entry)] as const)
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined))
  }
  return value === 0 || value === false ? undefined : value
}

/** Text is bytes in our tables. */
const asBytes = (type: protobuf.Type, value: Value): Value =>
  Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      type.fields[name]?.type === 'string' ? new TextEncoder().encode(entry as string) : entry,
    ]),
  )

describe.each(Object.entries(codecs))('%s', (name, codec) => {
  const type = root.lookupType(name)
  const theirs = (encoded: Uint8Array): unknown =>
    plain(asBytes(type, type.toObject(type.decode(encoded), { longs: String })))

  it('is read from bytes that protobufjs wrote by the kept .proto', () => {
    fc.assert(
      fc.property(arbitraryOf(type), (value) => {
        const encoded = type.encode(type.fromObject(value)).finish()
        expect(plain(codec.decode(encoded))).toEqual(theirs(encoded))
      }),
    )
  })

  it('is written as protobufjs reads it by the kept .proto', () => {
    fc.assert(
      fc.property(arbitraryOf(type), (value) => {
        const read = codec.decode(type.encode(type.fromObject(value)).finish())
        expect(theirs(codec.encode(read as never))).toEqual(plain(read))
      }),
    )
  })
})

it('calls the methods of the kept .proto', () => {
  for (const { path } of Object.values(messages.methods)) {
    const [, service = '', method = ''] = path.split('/')
    expect(root.lookupService(service).methods[method]).toBeDefined()
  }
})
