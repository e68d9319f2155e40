import { toHex, utf8 } from '@holdfast/base/bytes'
import { refuse } from '@holdfast/base/errors'
import { describe, expect, it } from 'vitest'
import { type Attribute, attribute, attributesOf } from '../attributes/attribute.ts'
import type { Item, StructureItem } from '../item.ts'
import { tagNumber } from '../names.ts'
import { maskOf } from '../schema/primitives.ts'
import type { ManagedObject } from '../structures/objects.ts'
import { decodeTtlv } from '../ttlv/decode.ts'
import { encodeTtlv } from '../ttlv/encode.ts'
import { type Version, versions } from '../version.ts'
import {
  malformedAnswer,
  refusedItemAnswer,
  versionOfBroken,
  versionOfTree,
} from './malformed-answer.ts'
import { isReadable, type RequestItem, readRequest, writeRequest } from './request.ts'
import { type ResponseItem, readResponse, writeResponse } from './response.ts'

const unwrap = <Value>(
  result: { readonly ok: true; readonly value: Value } | { readonly ok: false },
): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result.value
}

const written = (version: Version, ...items: readonly RequestItem[]) =>
  writeRequest({ version, header: {}, items })

const roundTrip = (version: Version, request: RequestItem): RequestItem => {
  const [read] = unwrap(readRequest(unwrap(written(version, request)))).items.filter(isReadable)
  if (read === undefined) throw new Error('refused')
  return read
}

const answered = (version: Version, ...items: readonly ResponseItem[]) =>
  writeResponse({ version, header: { timeStamp: 0n }, items })

const create = (...attributes: readonly Attribute[]): RequestItem => ({
  operation: 'Create',
  payload: { objectType: 'SymmetricKey', attributes },
})

/** The item at a path of tags. */
const at = (item: Item, ...path: readonly Parameters<typeof tagNumber>[0][]): Item =>
  path.reduce((from, name) => {
    const found = (from as StructureItem).value.find(({ tag }) => tag === tagNumber(name))
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }, item)

const without = (item: Item, name: Parameters<typeof tagNumber>[0]): Item => ({
  ...(item as StructureItem),
  value: (item as StructureItem).value.filter(({ tag }) => tag !== tagNumber(name)),
})

/** The message with one batch item changed. */
const withBatchItem = (message: Item, change: (item: Item) => Item): Item => ({
  ...(message as StructureItem),
  value: (message as StructureItem).value.map((child) =>
    child.tag === tagNumber('BatchItem') ? change(child) : child,
  ),
})

const plain = [
  attribute('CryptographicAlgorithm', 'AES'),
  attribute('CryptographicLength', 256),
  attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt', 'Decrypt')),
  attribute('Name', { nameValue: 'n', nameType: 'UninterpretedTextString' }),
]
const vendor: Attribute = {
  name: 'Vendor',
  vendor: 'x',
  attribute: 'ID',
  value: { type: 'TextString', value: 'v' },
}

describe('a request', () => {
  it('has one shape in all versions', () => {
    for (const version of versions) {
      expect(roundTrip(version, create(...plain, vendor))).toEqual(create(...plain, vendor))
    }
  })

  it('names attributes by text before 2.0 and by tag since', () => {
    const old = unwrap(written('1.4', create(vendor)))
    const inside = ['BatchItem', 'RequestPayload', 'TemplateAttribute', 'Attribute'] as const
    expect(at(old, ...inside, 'AttributeName').value).toBe('x-ID')
    const late = unwrap(written('2.0', create(vendor)))
    const vendorPath = ['BatchItem', 'RequestPayload', 'Attributes', 'Attribute'] as const
    expect(at(late, ...vendorPath, 'VendorIdentification').value).toBe('x')
  })

  it('refuses to say what its version has not', () => {
    const later: readonly (readonly [Version, RequestItem, string])[] = [
      ['1.3', create(attribute('Sensitive', true)), 'unknown_tag'],
      ['2.0', create(attribute('OperationPolicyName', 'default')), 'unknown_tag'],
      ['1.1', create(attribute('CryptographicAlgorithm', 'EC')), 'unknown_enumeration'],
      [
        '1.4',
        create(attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'FPEEncrypt'))),
        'unknown_enumeration',
      ],
      ['1.1', { operation: 'Encrypt', payload: { data: utf8('x') } }, 'unknown_operation'],
      ['1.3', { operation: 'Sign', payload: { digestedData: utf8('x') } }, 'unknown_tag'],
      ['1.4', { operation: 'Get', payload: { uniqueIdentifier: { nth: 0 } } }, 'malformed'],
      [
        '2.0',
        {
          operation: 'Create',
          payload: {
            objectType: 'SymmetricKey',
            attributes: [
              {
                name: 'Template',
                value: { nameValue: 't', nameType: 'UninterpretedTextString' },
              },
            ],
          },
        },
        'unknown_tag',
      ],
    ]
    for (const [version, request, code] of later) {
      expect(written(version, request)).toMatchObject({ refusal: { code } })
    }
  })

  it('of a later kind is refused by the older table, that batch item alone', () => {
    const message = unwrap(written('1.4', create(attribute('Sensitive', true)), create(...plain)))
    const minor = at(message, 'RequestHeader', 'ProtocolVersion', 'ProtocolVersionMinor')
    const older = JSON.parse(
      JSON.stringify(message, (_, value) =>
        value !== null && typeof value === 'object' && value.tag === minor.tag
          ? { ...value, value: 3 }
          : value,
      ),
    ) as Item
    const { items } = unwrap(readRequest(older))
    expect(items).toMatchObject([
      { refusal: { code: 'unknown_tag', subject: 'Sensitive' }, operationCode: 1 },
      { operation: 'Create' },
    ])
  })

  it('keeps the name and number of an operation that cannot be read', () => {
    const uniqueBatchItemId = utf8('one')
    const message = unwrap(written('1.4', { ...create(...plain), uniqueBatchItemId }))
    const code: Item = { tag: tagNumber('Operation'), type: 'Enumeration', value: 0x99 }
    const unknown = withBatchItem(message, (one) => {
      const rest = without(one, 'Operation') as StructureItem
      return { ...rest, value: [code, ...rest.value] }
    })
    expect(unwrap(readRequest(unknown)).items).toEqual([
      {
        refusal: refuse('unknown_operation', 'no such operation in 1.4', 'Operation').refusal,
        operationCode: 0x99,
        uniqueBatchItemId,
      },
    ])
  })

  it('without its payload, its object type or its count is refused', () => {
    const message = unwrap(written('2.1', create(...plain)))
    const bare = withBatchItem(message, (one) => without(one, 'RequestPayload'))
    expect(unwrap(readRequest(bare)).items).toMatchObject([{ refusal: { code: 'missing_field' } }])
    expect(readRequest(without(message, 'RequestHeader')).ok).toBe(false)
    expect(readRequest(without(message, 'BatchItem')).ok).toBe(false)
    const twice: Item = {
      ...(message as StructureItem),
      value: [...(message as StructureItem).value, at(message, 'BatchItem')],
    }
    expect(readRequest(twice)).toMatchObject({ refusal: { subject: 'BatchCount' } })
  })

  it('tells a client of 1.x which attributes changed and which are gone', () => {
    const notify: RequestItem = {
      operation: 'Notify',
      payload: {
        uniqueIdentifier: 'a',
        notices: [
          attribute('State', 'Active'),
          { name: 'Deleted', reference: 'Name', index: 1 },
          { name: 'Deleted', reference: { vendor: 'x', attribute: 'ID' } },
        ],
      },
    }
    expect(roundTrip('1.0', notify)).toEqual(notify)
    expect(written('2.0', notify)).toMatchObject({ refusal: { code: 'unknown_tag' } })
  })

  it('asks for a ticket for some seconds or until a time', () => {
    for (const leaseTime of [3600, 1_800_000_000n]) {
      const login: RequestItem = { operation: 'Login', payload: { leaseTime } }
      expect(roundTrip('2.0', login)).toEqual(login)
    }
  })

  it('refuses a field that stands twice', () => {
    const message = unwrap(written('2.1', create(...plain)))
    const twice = withBatchItem(message, (one) => ({
      ...(one as StructureItem),
      value: [...(one as StructureItem).value, at(one, 'Operation')],
    }))
    expect(unwrap(readRequest(twice)).items).toMatchObject([{ refusal: { code: 'malformed' } }])
  })
})

const register = (object: ManagedObject): RequestItem => ({
  operation: 'Register',
  payload: { objectType: 'PrivateKey', attributes: plain, object },
})

describe('a key block', () => {
  const wrapped = { wrappingMethod: 'Encrypt' } as const

  it('carries attributes inside the key value in every version', () => {
    const keyBlock = {
      keyFormatType: 'Raw',
      keyValue: { keyMaterial: utf8('secret'), attributes: plain },
    } as const
    for (const version of versions) {
      const request = register({ type: 'PrivateKey', value: { keyBlock } })
      expect(roundTrip(version, request)).toEqual(request)
    }
  })

  it('is bytes only when it is wrapped', () => {
    const keyBlock = { keyFormatType: 'Raw', keyValue: utf8('wrapped') } as const
    const bare = register({ type: 'PrivateKey', value: { keyBlock } })
    expect(() => roundTrip('2.1', bare)).toThrow('refused')
    const whole = register({
      type: 'PrivateKey',
      value: { keyBlock: { ...keyBlock, keyWrappingData: wrapped } },
    })
    expect(roundTrip('2.1', whole)).toEqual(whole)
  })

  it('holds exactly the numbers of its transparent format', () => {
    const block = (keyMaterial: object) =>
      register({
        type: 'PrivateKey',
        value: {
          keyBlock: { keyFormatType: 'TransparentECPrivateKey', keyValue: { keyMaterial } },
        },
      })
    const whole = block({ recommendedCurve: 'SECP256K1', d: 5n })
    expect(roundTrip('2.1', whole)).toEqual(whole)
    expect(written('2.1', block({ recommendedCurve: 'P_256' }))).toMatchObject({
      refusal: { code: 'missing_field' },
    })
    expect(written('2.1', block({ recommendedCurve: 'P_256', d: 5n, p: 3n }))).toMatchObject({
      refusal: { code: 'unknown_tag' },
    })
    expect(written('1.1', whole)).toMatchObject({ refusal: { code: 'unknown_enumeration' } })
  })
})

describe('a response', () => {
  it('leaves out fields that an older client would not know', () => {
    const query: ResponseItem = {
      status: 'Success',
      operation: 'Query',
      payload: {
        operations: ['Create'],
        capabilityInformation: [{ streamingCapability: true }],
        serverInformation: { productName: 'p' },
      },
    }
    const item = unwrap(readResponse(unwrap(answered('1.0', query)))).items[0]
    expect(item).toMatchObject({ payload: { operations: ['Create'], serverInformation: {} } })
    expect(JSON.stringify(item)).not.toContain('streamingCapability')
    expect(unwrap(readResponse(unwrap(answered('2.1', query)))).items).toMatchObject([query])
  })

  it('refuses attributes and operations of a later version', () => {
    const attributes = [attribute('Sensitive', true)]
    const payload = { uniqueIdentifier: 'a', attributes }
    expect(
      answered('1.3', { status: 'Success', operation: 'GetAttributes', payload }),
    ).toMatchObject({ refusal: { code: 'unknown_tag' } })
    const query: ResponseItem = {
      status: 'Success',
      operation: 'Query',
      payload: { operations: ['Ping'] },
    }
    expect(answered('1.4', query)).toMatchObject({ refusal: { code: 'unknown_enumeration' } })
  })

  it('can be given only the attributes that its version can say', () => {
    const attributes = [
      attribute('CryptographicAlgorithm', 'Ed25519'),
      attribute('CryptographicLength', 256),
      attribute('Sensitive', true),
      attribute('OperationPolicyName', 'default'),
      vendor,
    ]
    const namesFor = (version: Version): readonly string[] =>
      attributesOf(version, attributes).map(({ name }) => name)
    expect(namesFor('1.0')).toEqual(['CryptographicLength', 'OperationPolicyName', 'Vendor'])
    expect(namesFor('1.4')).toEqual([
      'CryptographicLength',
      'Sensitive',
      'OperationPolicyName',
      'Vendor',
    ])
    expect(namesFor('2.1')).toEqual([
      'CryptographicAlgorithm',
      'CryptographicLength',
      'Sensitive',
      'Vendor',
    ])
  })

  it('says a failure in the words of the version', () => {
    const failure = {
      status: 'OperationFailed',
      operation: 'Get',
      reason: 'ObjectDestroyed',
    } as const
    for (const [version, reason] of [
      ['1.0', 'ItemNotFound'],
      ['2.1', 'ObjectDestroyed'],
    ] as const) {
      const [item] = unwrap(readResponse(unwrap(answered(version, failure)))).items
      expect(item).toMatchObject({ status: 'OperationFailed', operation: 'Get', reason })
    }
  })

  it('echoes the number and the id of an operation that is not known', () => {
    const { refusal } = refuse('unknown_operation', 'no such operation')
    const uniqueBatchItemId = utf8('one')
    const failure = refusedItemAnswer({ refusal, operationCode: 0x99, uniqueBatchItemId })
    const [item] = unwrap(readResponse(unwrap(answered('1.4', failure)))).items
    const reason = 'OperationNotSupported'
    expect(item).toMatchObject({ operationCode: 0x99, uniqueBatchItemId, reason })
  })
})

describe('the answer to a message that cannot be read', () => {
  const requestOf = (version: Version): Uint8Array =>
    encodeTtlv(unwrap(written(version, create(...plain))))

  it('speaks the version that the broken message names', () => {
    for (const version of versions) {
      const broken = requestOf(version)
      broken[broken.length - 1] = 0xff
      expect(versionOfBroken(broken)).toBe(version)
      expect(versionOfBroken(broken.subarray(0, 60))).toBe(version)
    }
  })

  it('speaks the nearest version to one that is not known', () => {
    const named = (major: number, minor: number): Uint8Array => {
      const bytes = requestOf('2.1')
      bytes[35] = major
      bytes[51] = minor
      return bytes
    }
    expect(versionOfBroken(named(1, 9))).toBe('1.4')
    expect(versionOfBroken(named(2, 7))).toBe('2.1')
    expect(versionOfBroken(named(3, 0))).toBe('2.1')
    expect(versionOfBroken(named(0, 5))).toBe('1.4')
    expect(versionOfBroken(named(1, 4), ['1.0', '1.2', '2.0'])).toBe('1.2')
    expect(versionOfBroken(utf8('GET /'))).toBeUndefined()
    const tree = unwrap(decodeTtlv(named(1, 9)))
    expect(readRequest(tree)).toMatchObject({ refusal: { code: 'unsupported_version' } })
    expect(versionOfTree(tree)).toBe('1.4')
    expect(versionOfTree({ tag: 0x420078, type: 'Structure', value: [] })).toBeUndefined()
  })

  it('has no operation and a reason that the version has', () => {
    const { refusal } = refuse('unsupported_version', 'no such version of KMIP')
    for (const version of versions) {
      const answer = unwrap(writeResponse(malformedAnswer({ refusal, version, timeStamp: 7n })))
      const { header, items } = unwrap(readResponse(answer))
      expect(header.timeStamp).toBe(7n)
      expect(items).toMatchObject([
        {
          status: 'OperationFailed',
          reason: version.startsWith('1') ? 'InvalidMessage' : 'UnsupportedProtocolVersion',
        },
      ])
      expect(toHex(encodeTtlv(answer))).toMatch(/^42007b01/)
    }
  })
})
