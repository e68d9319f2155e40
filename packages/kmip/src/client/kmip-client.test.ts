import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { attribute } from '../attributes/attribute.ts'
import { serverRequestsMax } from '../limits.ts'
import { isReadable, type ReceivedRequest, readRequest, writeRequest } from '../messages/request.ts'
import { type ResponseItem, readResponse, writeResponse } from '../messages/response.ts'
import { manualTimer, memoryStream } from '../testing/memory-stream.ts'
import { decodeTtlv } from '../ttlv/decode.ts'
import { encodeTtlv } from '../ttlv/encode.ts'
import { FrameReader, isRequestMessage } from '../ttlv/frames.ts'
import type { Version } from '../version.ts'
import { type ClientOptions, KmipClient } from './kmip-client.ts'
import { KmipError } from './kmip-error.ts'

const requestIn = (bytes: Bytes): ReceivedRequest => {
  const tree = decodeTtlv(bytes)
  const request = tree.ok ? readRequest(tree.value) : tree
  if (!request.ok) throw new Error(request.refusal.detail)
  return request.value
}

const responseBytes = (version: Version, items: readonly ResponseItem[]): Bytes => {
  const tree = writeResponse({ version, header: { timeStamp: 0n }, items })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
}

/** A client, and a server that answers at once unless `answer` gives nothing. */
const connect = (
  answer: (request: ReceivedRequest) => readonly ResponseItem[] | undefined,
  options: Partial<ClientOptions> = {},
) => {
  const timer = manualTimer()
  const requests: ReceivedRequest[] = []
  const frames = new FrameReader({ expect: 'RequestMessage' })
  const stream = memoryStream((bytes) => {
    if (!isRequestMessage(bytes)) return
    const messages = frames.push(bytes)
    if (!messages.ok) throw new Error(messages.refusal.detail)
    for (const message of messages.value) {
      const request = requestIn(message)
      requests.push(request)
      const items = answer(request)
      if (items !== undefined) stream.arrive(responseBytes(request.version, items))
    }
  })
  const client = new KmipClient(stream, { timer, timeoutMs: 1000, ...options })
  return { client, stream, timer, requests }
}

const failing = (call: Promise<unknown>): Promise<KmipError> =>
  call.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: KmipError) => error,
  )

const activated = (id: string): ResponseItem => ({
  status: 'Success',
  operation: 'Activate',
  payload: { uniqueIdentifier: id },
})

/** Answers every Activate with the identifier that it named. */
const echo = ({ items }: ReceivedRequest): readonly ResponseItem[] =>
  items.filter(isReadable).map((one) => {
    const named = one.operation === 'Activate' ? one.payload.uniqueIdentifier : undefined
    const { uniqueBatchItemId } = one
    return { ...activated(typeof named === 'string' ? named : ''), uniqueBatchItemId }
  })

describe('KmipClient', () => {
  it('resolves a call with the payload of its operation', async () => {
    const { client, requests } = connect(() => [
      {
        status: 'Success',
        operation: 'Create',
        payload: { objectType: 'SymmetricKey', uniqueIdentifier: 'id-1' },
      },
    ])
    const payload = await client.call('Create', {
      objectType: 'SymmetricKey',
      attributes: [attribute('CryptographicAlgorithm', 'AES')],
    })
    expectTypeOf(payload.uniqueIdentifier).toEqualTypeOf<string>()
    expect(payload.uniqueIdentifier).toBe('id-1')
    expect(requests).toMatchObject([{ version: '2.1', items: [{ operation: 'Create' }] }])
  })

  it('sends the calls of one turn in one write and gives each its own answer', async () => {
    const { client, stream } = connect(echo)
    const ids = ['a', 'b', 'c']
    const payloads = await Promise.all(
      ids.map((uniqueIdentifier) => client.call('Activate', { uniqueIdentifier })),
    )
    expect(payloads).toEqual(ids.map((uniqueIdentifier) => ({ uniqueIdentifier })))
    expect(stream.written).toHaveLength(1)
  })

  it('reads answers however the stream cuts them', async () => {
    const { client, stream } = connect(() => undefined)
    const calls = Promise.all([client.call('Activate', {}), client.call('Activate', {})])
    await Promise.resolve()
    const answers = concat(
      responseBytes('2.1', [activated('first')]),
      responseBytes('2.1', [activated('second')]),
    )
    for (const byte of answers) stream.arrive(new Uint8Array([byte]))
    expect(await calls).toEqual([{ uniqueIdentifier: 'first' }, { uniqueIdentifier: 'second' }])
  })

  it('rejects a failure with the reason of the server', async () => {
    const { client } = connect(() => [
      { status: 'OperationFailed', operation: 'Get', reason: 'ItemNotFound', message: 'none' },
    ])
    expect(await failing(client.call('Get', { uniqueIdentifier: 'x' }))).toMatchObject({
      kind: 'failed',
      reason: 'ItemNotFound',
      operation: 'Get',
      message: 'none',
    })
  })

  it('rejects what goes on with the value to poll with, and reads what Poll answers', async () => {
    const asynchronousCorrelationValue = utf8('later')
    const { client } = connect(({ items }) =>
      items
        .filter(isReadable)
        .map((one) =>
          one.operation === 'Poll'
            ? activated('done')
            : { status: 'OperationPending', operation: 'Activate', asynchronousCorrelationValue },
        ),
    )
    const error = await failing(client.call('Activate', {}))
    expect(error).toMatchObject({ kind: 'pending', asynchronousCorrelationValue })
    const [outcome] = await client.batch([
      { operation: 'Poll', payload: { asynchronousCorrelationValue } },
    ])
    expect(outcome).toMatchObject({ status: 'Success', payload: { uniqueIdentifier: 'done' } })
  })

  it('matches the answers of a batch by their ids and says what was not done', async () => {
    const { client, requests } = connect((request) => [
      { ...echo(request)[1]!, status: 'OperationFailed', reason: 'PermissionDenied' } as never,
      echo(request)[0]!,
    ])
    const outcomes = await client.batch([
      { operation: 'Activate', payload: { uniqueIdentifier: 'a' } },
      { operation: 'Activate', payload: { uniqueIdentifier: 'b' } },
      { operation: 'Destroy', payload: { uniqueIdentifier: 'c' } },
    ])
    expect(outcomes).toMatchObject([
      { status: 'Success', payload: { uniqueIdentifier: 'a' } },
      { status: 'OperationFailed', reason: 'PermissionDenied' },
      { status: 'NotDone', operation: 'Destroy' },
    ])
    expect(requests[0]!.header.batchOrderOption).toBe(true)
  })

  it('gives every item of a batch the answer to a message refused as a whole', async () => {
    const { client } = connect(() => [{ status: 'OperationFailed', reason: 'InvalidMessage' }])
    const outcomes = await client.batch([
      { operation: 'Activate', payload: {} },
      { operation: 'Destroy', payload: {} },
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['OperationFailed', 'OperationFailed'])
  })

  it('rejects an answer to another operation and closes the connection', async () => {
    const { client, stream } = connect(() => [activated('x')])
    expect(await failing(client.call('Destroy', {}))).toMatchObject({ kind: 'malformed' })
    expect(stream.closed).toBe(true)
    expect(await failing(client.call('Destroy', {}))).toMatchObject({ kind: 'malformed' })
  })

  it('rejects bytes that are no message, and an answer that nobody asked for', async () => {
    for (const bytes of [utf8('HTTP/1.1 400 Bad'), responseBytes('2.1', [activated('x')])]) {
      const { client, stream } = connect(() => undefined)
      stream.arrive(bytes)
      expect(stream.closed).toBe(true)
      expect(await failing(client.call('Activate', {}))).toMatchObject({ kind: 'malformed' })
    }
  })

  it('times out one call and keeps the answers after it in order', async () => {
    const { client, stream, timer } = connect(() => undefined)
    const first = failing(client.call('Activate', {}))
    await Promise.resolve()
    timer.advance(1000)
    expect(await first).toMatchObject({ kind: 'timeout' })
    const second = client.call('Activate', {})
    await Promise.resolve()
    stream.arrive(responseBytes('2.1', [activated('late')]))
    stream.arrive(responseBytes('2.1', [activated('mine')]))
    expect(await second).toEqual({ uniqueIdentifier: 'mine' })
    expect(timer.running).toBe(0)
  })

  it('rejects every call in flight when the connection ends', async () => {
    const { client, stream, timer } = connect(() => undefined)
    const calls = [failing(client.call('Activate', {})), failing(client.call('Get', {}))]
    stream.end()
    for (const error of await Promise.all(calls)) expect(error.kind).toBe('closed')
    expect(timer.running).toBe(0)
  })

  it('refuses more calls in flight than its limit', async () => {
    const { client } = connect(() => undefined, { requestsInFlightMax: 1 })
    void client.call('Activate', {}).catch(() => {})
    expect(await failing(client.call('Activate', {}))).toMatchObject({ kind: 'busy' })
  })

  it('sends nothing that its version cannot say', async () => {
    const { client, stream } = connect(echo, { version: '1.0' })
    expect(await failing(client.call('Sign', { data: utf8('x') }))).toMatchObject({
      kind: 'invalid',
    })
    expect(stream.written).toEqual([])
  })

  it('sends its credentials with every request', async () => {
    const { client, requests } = connect(echo, {
      credentials: [{ credentialType: 'UsernameAndPassword', credentialValue: { username: 'u' } }],
    })
    await client.call('Activate', {})
    expect(requests[0]!.header.authentication?.credentials).toHaveLength(1)
  })

  const putMessage = (): Bytes => {
    const tree = writeRequest({
      version: '1.2',
      header: {},
      items: [
        {
          operation: 'Put',
          payload: {
            uniqueIdentifier: 'pushed',
            putFunction: 'New',
            object: {
              type: 'OpaqueObject',
              value: { opaqueDataType: 0x80000001, opaqueDataValue: utf8('x') },
            },
          },
        },
        { operation: 'Notify', payload: { uniqueIdentifier: 'pushed', notices: [] } },
      ],
    })
    if (!tree.ok) throw new Error(tree.refusal.detail)
    return encodeTtlv(tree.value)
  }

  it('answers what its server asks, in the version of the server', async () => {
    const put: unknown[] = []
    const { client, stream } = connect(() => undefined, {
      serve: {
        nowSeconds: () => 7n,
        handlers: { Put: ({ uniqueIdentifier }) => (put.push(uniqueIdentifier), {}) },
      },
    })
    const call = client.call('Activate', {})
    await Promise.resolve()
    stream.arrive(putMessage())
    await vi.waitFor(() => expect(stream.written).toHaveLength(2))
    const tree = decodeTtlv(stream.written[1]!)
    const answer = tree.ok ? readResponse(tree.value) : tree
    expect(answer).toMatchObject({
      value: {
        version: '1.2',
        header: { timeStamp: 7n },
        items: [
          { operation: 'Put', status: 'Success' },
          { operation: 'Notify', status: 'OperationFailed', reason: 'OperationNotSupported' },
        ],
      },
    })
    expect(put).toEqual(['pushed'])
    stream.arrive(responseBytes('2.1', [activated('mine')]))
    expect(await call).toEqual({ uniqueIdentifier: 'mine' })
  })

  it('tells its server of a handler that failed, and nothing of why', async () => {
    const fails = (error: Error) => async (): Promise<never> => {
      throw error
    }
    for (const [error, reason, message] of [
      [new Error('secret'), 'GeneralFailure', 'the client has failed'],
      [new KmipError('failed', 'no', { reason: 'PermissionDenied' }), 'PermissionDenied', 'no'],
    ] as const) {
      const { stream } = connect(() => undefined, {
        serve: { nowSeconds: () => 7n, handlers: { Put: fails(error) } },
      })
      stream.arrive(putMessage())
      await vi.waitFor(() => expect(stream.written).toHaveLength(1))
      const tree = decodeTtlv(stream.written[0]!)
      const answer = tree.ok ? readResponse(tree.value) : tree
      expect(answer).toMatchObject({ value: { items: [{ reason, message }, {}] } })
    }
  })

  it('closes the connection of a server that asks where nobody answers', () => {
    const { stream } = connect(() => undefined)
    stream.arrive(putMessage())
    expect(stream.closed).toBe(true)
  })

  it('closes the connection of a server that asks faster than it is answered', () => {
    const never = new Promise<Record<string, never>>(() => {})
    const { stream } = connect(() => undefined, {
      serve: { nowSeconds: () => 7n, handlers: { Put: () => never } },
    })
    for (let count = 0; count < serverRequestsMax + 2; count += 1) stream.arrive(putMessage())
    expect(stream.closed).toBe(true)
  })

  it('agrees on the newest version in common, or on 1.0 with an old server', async () => {
    const offering = (...offered: readonly (readonly [number, number])[]) =>
      connect(() => [
        {
          status: 'Success',
          operation: 'DiscoverVersions',
          payload: {
            protocolVersions: offered.map(([protocolVersionMajor, protocolVersionMinor]) => ({
              protocolVersionMajor,
              protocolVersionMinor,
            })),
          },
        },
      ]).client
    const some = offering([1, 0], [1, 4], [1, 2])
    expect(await some.negotiate()).toBe('1.4')
    expect(some.version).toBe('1.4')
    expect(await failing(offering([3, 0]).negotiate())).toMatchObject({ kind: 'failed' })
    const old = connect(() => [{ status: 'OperationFailed', reason: 'InvalidMessage' }])
    expect(await old.client.negotiate()).toBe('1.0')
    expect(await failing(old.client.negotiate(['2.1']))).toMatchObject({ kind: 'failed' })
  })
})
