/**
 * Uses the built package as its users do, on whichever Node runs this without its types:
 *
 *     node use-built-package.js PACKAGE MESSAGES
 *
 * MESSAGES is a list of TTLV messages in hex. Says what it did in one line of JSON.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type * as Package from '../../packages/kmip/src/index.ts'

const [, , folder = '', messages = ''] = process.argv
const kmip = (await import(pathToFileURL(`${folder}/index.js`).href)) as typeof Package

const must = <Value>(
  result: { readonly ok: true; readonly value: Value } | { readonly ok: false },
): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result.value
}

/** Every form of a message, and the tables where it is one that they can say. */
const roundTrip = (ttlv: Uint8Array): boolean => {
  const tree = must(kmip.decodeTtlv(ttlv))
  const fromJson = must(kmip.decodeJson(kmip.encodeJson(tree)))
  const fromXml = must(kmip.decodeXml(kmip.encodeXml(fromJson)))
  if (Buffer.compare(kmip.encodeTtlv(fromXml), ttlv) !== 0) throw new Error('not the same bytes')
  const read = kmip.isRequestMessage(ttlv) ? kmip.readRequest(tree) : kmip.readResponse(tree)
  return read.ok
}

const bytes = (JSON.parse(readFileSync(messages, 'utf8')) as string[]).map(
  (hex) => new Uint8Array(Buffer.from(hex, 'hex')),
)
const understood = bytes.map(roundTrip).filter(Boolean).length

/** A server of the package behind a client of the package. */
let arrive: (data: Uint8Array) => void = () => undefined
const frames = new kmip.FrameReader({ expect: 'RequestMessage' })
const stream = {
  write: (data: Uint8Array): void => {
    for (const message of must(frames.push(data))) {
      const { version, items } = must(kmip.readRequest(must(kmip.decodeTtlv(message))))
      const answers = items.filter(kmip.isReadable).map(({ operation, uniqueBatchItemId }) => ({
        status: 'Success' as const,
        operation: operation as 'Activate',
        uniqueBatchItemId,
        payload: { uniqueIdentifier: 'one' },
      }))
      const header = { timeStamp: 0n }
      const tree = must(kmip.writeResponse({ version, header, items: answers }))
      queueMicrotask(() => arrive(kmip.encodeTtlv(tree)))
    }
  },
  onData: (listener: (data: Uint8Array) => void): void => {
    arrive = listener
  },
  onClose: () => undefined,
  close: () => undefined,
}
const start = (delayMs: number, action: () => void) => {
  const timeout = setTimeout(action, delayMs)
  return { cancel: () => clearTimeout(timeout) }
}
const client = new kmip.KmipClient(stream, { timer: { start }, timeoutMs: 5000 })
const { uniqueIdentifier } = await client.call('Activate', { uniqueIdentifier: 'one' })
const outcomes = await client.batch([
  { operation: 'Activate', payload: {} },
  { operation: 'Activate', payload: {} },
])
client[Symbol.dispose]()
const closed = await client.call('Activate', {}).then(
  () => 'answered',
  (error: { readonly kind: string }) => error.kind,
)
console.log(
  JSON.stringify({
    node: process.versions.node,
    messages: bytes.length,
    understood,
    uniqueIdentifier,
    outcomes: outcomes.map(({ status }) => status),
    closed,
  }),
)
