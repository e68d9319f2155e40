/** The messages of etcd's API that the store uses, as `etcd.proto` beside this file says. */
import {
  bool,
  bytes,
  type Codec,
  enumeration,
  int64,
  many,
  message,
  one,
  uint64,
} from './message.ts'

const header = message({ clusterId: uint64(1), memberId: uint64(2), revision: int64(3) })

const keyValue = message({
  key: bytes(1),
  createRevision: int64(2),
  modRevision: int64(3),
  version: int64(4),
  value: bytes(5),
})

const rangeRequest = message({
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: int64(3),
  keysOnly: bool(8),
})
const rangeResponse = message({
  header: one(1, header),
  kvs: many(2, keyValue),
  more: bool(3),
})

const putRequest = message({ key: bytes(1), value: bytes(2) })
const putResponse = message({ header: one(1, header) })
const deleteRequest = message({ key: bytes(1) })
const deleteResponse = message({ header: one(1, header), deleted: int64(2) })

export const compareTargets = { mod: 2, value: 3 } as const

/** EQUAL is 0, the only relation that is used. A revision of 0, which is absent, is etcd's too. */
const compare = message({
  target: enumeration(2),
  key: bytes(3),
  modRevision: int64(6),
  value: bytes(7),
})
const requestOp = message({
  requestRange: one(1, rangeRequest),
  requestPut: one(2, putRequest),
  requestDeleteRange: one(3, deleteRequest),
})
const responseOp = message({
  responseRange: one(1, rangeResponse),
  responsePut: one(2, putResponse),
  responseDeleteRange: one(3, deleteResponse),
})
export const txnRequest = message({
  compare: many(1, compare),
  success: many(2, requestOp),
  failure: many(3, requestOp),
})
export const txnResponse = message({
  header: one(1, header),
  succeeded: bool(2),
  responses: many(3, responseOp),
})

/** The password is bytes here: on the wire text is the same, and a secret is never a string. */
export const authenticateRequest = message({ name: bytes(1), password: bytes(2) })
export const authenticateResponse = message({ header: one(1, header), token: bytes(2) })

const watchCreateRequest = message({
  key: bytes(1),
  rangeEnd: bytes(2),
  startRevision: int64(3),
  fragment: bool(8),
})
export const watchRequest = message({
  createRequest: one(1, watchCreateRequest),
  progressRequest: one(3, message({})),
})
export const eventTypes = { put: 0, delete: 1 } as const
const event = message({ type: enumeration(1), kv: one(2, keyValue) })
export const watchResponse = message({
  header: one(1, header),
  created: bool(3),
  canceled: bool(4),
  compactRevision: int64(5),
  fragment: bool(7),
  events: many(11, event),
})

type ReadOf<Of> = Of extends Codec<infer Read, infer _> ? Read : never
type WriteOf<Of> = Of extends Codec<infer _, infer Write> ? Write : never
export type Header = ReadOf<typeof header>
export type KeyValue = ReadOf<typeof keyValue>
export type RangeRequest = WriteOf<typeof rangeRequest>
export type RangeResponse = ReadOf<typeof rangeResponse>
export type TxnRequest = WriteOf<typeof txnRequest>
export type TxnResponse = ReadOf<typeof txnResponse>
export type WatchRequest = WriteOf<typeof watchRequest>
export type WatchResponse = ReadOf<typeof watchResponse>

type Method<Request, Response> = {
  readonly path: string
  readonly request: Codec<unknown, Request>
  readonly response: Codec<Response, unknown>
}

/** The calls: what is asked, what is answered. */
export const methods = {
  txn: { path: '/etcdserverpb.KV/Txn', request: txnRequest, response: txnResponse },
  authenticate: {
    path: '/etcdserverpb.Auth/Authenticate',
    request: authenticateRequest,
    response: authenticateResponse,
  },
  watch: { path: '/etcdserverpb.Watch/Watch', request: watchRequest, response: watchResponse },
} as const satisfies Readonly<Record<string, Method<never, unknown>>>

export type MethodName = keyof typeof methods
export type RequestOf<Name extends MethodName> = WriteOf<(typeof methods)[Name]['request']>
export type ResponseOf<Name extends MethodName> = ReadOf<(typeof methods)[Name]['response']>
