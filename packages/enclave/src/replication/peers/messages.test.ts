import { fromHex } from '@holdfast/base/bytes'
import { type CborValue, toCbor } from '@holdfast/base/cbor'
import { RefusalError } from '@holdfast/base/errors'
import { nearlyBytes, wrongInOnePlace } from '@holdfast/base/testing/nearly'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodePeerAnswer,
  type PeerRequest,
  parsePeerAnswer,
  parsePeerRequest,
  peerAnswers,
} from './messages.ts'

const some = fromHex('00ff7f')
const wallet = `wal_0000${'cd'.repeat(20)}`
const object = `key_${'12'.repeat(16)}`
const boot = `boot_${'78'.repeat(16)}`
const intent = `int_${'9b'.repeat(16)}`
const session = `ses_${'9a'.repeat(16)}`
const base = { epoch: 1, version: 2 }
const proof = { credential: `crd_${'56'.repeat(16)}`, purpose: 'sign', signature: 'AAAA' }
const bundle = { wallet: some, objects: [{ id: object, payload: some }] }

const freeze = {
  type: 'freeze',
  id: 'ab'.repeat(32),
  person: 'alice',
  zone: 'eu-west',
  at: '2026-11-22T12:00:00Z',
}
const cancel = { ...freeze, type: 'cancel', change: 'cd'.repeat(32) }

const requests: readonly CborValue[] = [
  { type: 'put', bundle },
  { type: 'has', wallet },
  { type: 'digests' },
  {
    type: 'cancelled.put',
    cancellation: { wallet, home: 'eu-west', zones: ['eu-west', 'us-east'], at: freeze.at },
  },
  { type: 'cancelled.list', after: wallet },
  { type: 'inventory', after: wallet, bucket: 255 },
  { type: 'fetch', wallet },
  { type: 'objects.put', bundle: [{ state: some, payload: some }] },
  { type: 'objects.inventory', after: object },
  { type: 'objects.fetch', object },
  { type: 'objects.lack', wallet, objects: [[object, 1, 2]] },
  {
    type: 'gone.put',
    removal: { wallet, ...base, zones: ['eu-west'], left: ['us-east', 'ap-south'] },
  },
  { type: 'gone.check', wallets: [wallet] },
  { type: 'objects.create', wallet, objects: [{ id: object, payload: some, state: some }] },
  {
    type: 'objects.change',
    wallet,
    changes: [{ id: object, base, state: some, destroy: true }],
  },
  {
    type: 'forward',
    request: some,
    authorisations: [proof],
    certificate: proof.credential,
    remainingMs: 10,
  },
  { type: 'evidence', nonce: some },
  { type: 'session.open', boot, prologue: some, message: some },
  { type: 'session.frame', session, frame: some },
  { type: 'session.close', session },
  { type: 'time' },
  { type: 'audit.witness', after: 3, links: [new Uint8Array(32)] },
  { type: 'zone.key' },
  { type: 'zone.next', epoch: 2, key: some },
  { type: 'manifest.after', serial: 1, limit: 4 },
  { type: 'manifest.seen', manifest: 'ab'.repeat(32) },
  { type: 'kmip.caller', credential: proof.credential },
  {
    type: 'kmip.wait',
    tenant: wallet,
    credential: proof.credential,
    ask: { action: 'poll', hash: 'ab'.repeat(32) },
  },
  {
    type: 'kmip.message',
    tenant: wallet,
    credential: proof.credential,
    form: 'ttlv',
    message: some,
  },
  { type: 'promises', after: 'eu-west eu-west,us-east' },
  {
    type: 'promise',
    group: { founder: 'eu-west', zones: ['eu-west', 'us-east'] },
    epoch: 3,
    force: false,
    commandedAtMs: 1_800_000_000_000,
    without: ['eu-west'],
    catchUp: true,
  },
  { type: 'outcome', wallet, request: 'ab'.repeat(32) },
  { type: 'superseded', wallet },
  { type: 'homes.take', statement: Uint8Array.of(1, 2) },
  {
    type: 'zone.boot',
    epoch: 1,
    keyId: 'ab'.repeat(32),
    fresh: false,
    shared: false,
    order: 7,
    serial: 1,
    statement: some,
  },
  { type: 'marks', after: wallet },
  { type: 'marks.put', wallet, marks: [freeze, cancel] },
  { type: 'change.open', wallet, change: 'ab'.repeat(32) },
  { type: 'count.report', wallet },
  {
    type: 'count.endorse',
    wallet,
    ...base,
    counter: 'daily signatures 60000',
    lengthMs: 60_000,
    limit: '10',
    window: 7,
    spent: '3',
  },
  {
    type: 'count.give',
    wallet,
    counter: 'daily signatures 60000',
    lengthMs: 60_000,
    limit: '10',
    window: 7,
    id: 'ab'.repeat(16),
    amount: '1',
  },
  { type: 'count.recover', wallet, ...base },
  { type: 'count.intent', wallet, ...base, intent, digest: 'ab'.repeat(32) },
  { type: 'count.intents', wallet, after: intent },
  {
    type: 'count.charged',
    wallet,
    charges: [
      {
        key: 'ab'.repeat(32),
        counted: [{ counter: 'daily signatures 60000', window: 7, amount: '1' }],
      },
    ],
  },
  { type: 'count.wallets', after: wallet },
]

/** The value, or the code by which it is refused; any other error passes. */
const read = <Value>(parse: () => Value): Value | string => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}

const typeOf = (request: CborValue) => (request as PeerRequest).type

describe.each(requests.map((request) => ({ request, type: typeOf(request) })))(
  'a question of a peer: $type',
  ({ request, type }) => {
    it('is read as it was written', () => {
      expect(parsePeerRequest(toCbor(request))).toEqual(request)
    })

    it('is refused with one field that is unknown or of another type, wherever it stands', () => {
      for (const [path, wrong] of wrongInOnePlace(request)) {
        expect(
          read(() => parsePeerRequest(toCbor(wrong as CborValue))),
          path,
        ).toBe('invalid_field')
      }
    })

    it('that is nearly one is refused by a code, or is another that is whole', () => {
      fc.assert(
        fc.property(nearlyBytes(toCbor(request)), (bytes) => {
          const result = read(() => parsePeerRequest(bytes))
          if (typeof result === 'string') expect(['malformed', 'invalid_field']).toContain(result)
          else expect(toCbor(result as CborValue)).toHaveLength(bytes.length)
        }),
      )
    })

    it('gets no answer of another shape, nor one of any bytes', () => {
      const other = encodePeerAnswer({ ok: true, value: { strange: 1 } })
      expect(read(() => parsePeerAnswer(type, other))).toBe('invalid_field')
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
          const result = read(() => parsePeerAnswer(type, bytes))
          expect(['malformed', 'invalid_field']).toContain(result)
        }),
      )
    })
  },
)

describe('the questions of peers', () => {
  it('are all tried here', () => {
    expect(requests.map(typeOf).toSorted()).toEqual(Object.keys(peerAnswers).toSorted())
  })

  it('may be refused with a code of the table alone', () => {
    const refusal = { code: 'unknown', detail: 'no zone knows it', subject: wallet } as const
    const refused = encodePeerAnswer({ ok: false, refusal })
    expect(parsePeerAnswer('has', refused)).toEqual({ ok: false, refusal })
    for (const [path, wrong] of wrongInOnePlace({ refusal })) {
      expect(
        read(() => parsePeerAnswer('has', toCbor(wrong as CborValue))),
        path,
      ).toBe('invalid_field')
    }
    const strange = toCbor({ refusal: { ...refusal, code: 'sorry' } })
    expect(read(() => parsePeerAnswer('has', strange))).toBe('invalid_field')
  })
})
